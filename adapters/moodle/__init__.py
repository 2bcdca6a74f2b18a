"""Moodle LMS: courses, completion, due dates and badges of one learner at a time, over Moodle's own web services."""

from adapters.moodle.adapter import Moodle as ADAPTER

__all__ = ["ADAPTER"]
