"""The memory: jobs, files and keys that survive a kill -9.

Law: imports core and errors only; knows neither HTTP nor engines.
"""
