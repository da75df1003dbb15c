"""fidelity: does a text about a design say what is true of it?"""
