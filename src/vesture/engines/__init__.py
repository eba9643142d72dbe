"""The brain: ways of dressing people, behind the `Engine` protocol of `vesture.core.task`.

Law: imports vision, core and errors; knows neither HTTP, storage, URLs nor settings.
"""
