"""The demo: a made-up (or read in) company, the service, and a scripted owner, in one process on one clock.

opening puts the parts together, nights lets the days pass, story and generic play the owner, books counts in
the emulator's own books, summary says what came of it, running lets the web app go on from there.
"""
