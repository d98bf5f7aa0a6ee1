"""A student's own data as a whole: export, import, erasure."""
