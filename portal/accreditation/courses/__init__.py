"""Courses as they are written: files read into records, everything wrong in them named by file and line."""
