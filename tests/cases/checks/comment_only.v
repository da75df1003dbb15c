//! screen pass
//! syntax fail error no-module 0
//! elaborate skipped
//! synth skipped
// this is where the module would be
