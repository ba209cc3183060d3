"""Micro-expression recognition, evaluated honestly: data sets, methods, protocols, tables."""

__version__ = "0.1.0"
