"""The hands: claim a job, fetch its photos, run the engine in a child process, deliver the result.

Law: imports core, errors, store and images; the engine is an argument. Never imports api.
"""
