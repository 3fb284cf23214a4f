"""Which queue each task waits in. A worker takes one queue or several; one that names none takes them all.

Clocks must never wait behind reports (decision 28): what keeps time and sends messages has queues of its own, and
whatever may take minutes waits elsewhere. A task that is not named here fails a test.
"""

# In this order a worker of all queues looks through them.
QUEUES: dict[str, str] = {
    "clocks": "keeping time, and the jobs on which limits and ladders go",
    "messages": "talking with the mail server",
    "files": "looking at uploaded files, gathering and erasing",
    "imports": "tables that come in",
    "plans": "working out who audits what",
    "documents": "documents, reports and packs",
    "jobs": "jobs that look through everything and are in no hurry",
}
# What a worker takes that must never be kept from its work by a long one, and what another takes.
QUICK = ("clocks", "messages")
SLOW = tuple(name for name in QUEUES if name not in QUICK)

ROUTES: dict[str, str] = {
    "core.tasks.keep_time": "clocks",
    "core.tasks.run_job": "clocks",  # a job may name another: core.jobs.Job.queue
    "core.tasks.send_notices": "messages",
    "partners.tasks.send_links": "messages",
    "evidence.tasks.check_file": "files",
    "retention.tasks.erase_listed": "files",
    "retention.tasks.gather_file": "files",
    "cases.tasks.work_on_import": "imports",
    "cases.tasks.sweep_imports": "imports",
    "programme.tasks.work_out_plan": "plans",
    "programme.tasks.work_out_waiting": "plans",
    "reporting.tasks.make_document": "documents",
    "reporting.tasks.make_report": "documents",
    "reporting.tasks.make_pack": "documents",
    "reporting.tasks.make_waiting": "documents",
}
