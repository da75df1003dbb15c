"""What a text about a design says: prose read into claims, and claims compared with facts.

Everything here is a pure function of the text; time is linear in it.
"""
