"""Measurements that are not tests: how long, how much memory, and what survives."""
