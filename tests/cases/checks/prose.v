//! screen pass
//! syntax fail error no-module 0 error ExpectedToken 5 error ExpectedIdentifier 5 error ExpectedToken 5 error ExpectedToken 5 error ExpectedIdentifier 5 error ExpectedToken 5
//! elaborate skipped
//! synth skipped
I am sorry, I cannot write this module.
