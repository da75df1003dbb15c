"""The Box: runs a tool on untrusted text in a hardened child that may die, hang or eat memory."""

from rtlglot.sandbox.box import NOTHING, Box, ForkBox, open_box
from rtlglot.sandbox.job import BoxResult, Ended, Permit
from rtlglot.sandbox.scrub import scrub

__all__ = ["NOTHING", "Box", "BoxResult", "Ended", "ForkBox", "Permit", "open_box", "scrub"]
