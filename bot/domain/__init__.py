"""Rules of the journey. Pure: standard library only, no clock, no I/O."""
