"""What Vesture talks about: requests, jobs, pictures, and the ports between the parts.

Law: pure data and protocols, no I/O, no framework. Imports nothing of ours but `vesture.errors`.
"""
