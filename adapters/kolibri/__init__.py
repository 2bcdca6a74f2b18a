"""Kolibri (Learning Equality): classes, lessons and quizzes, read by a coach's or administrator's account."""

from adapters.kolibri.adapter import KolibriAdapter

ADAPTER = KolibriAdapter
