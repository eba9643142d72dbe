"""What each command of `vesture` does; `vesture.cli` parses, these act.

Law: like `cli` and `wiring` they may reach everything; heavy things are imported inside functions.
"""
