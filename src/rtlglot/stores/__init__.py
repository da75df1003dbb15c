"""Where bytes lie: on this machine's disks or at URLs, in files that are there whole or not at all."""
