"""The power fails: writes that never reached the disk are gone."""
