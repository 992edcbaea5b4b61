"""Servers that speak the vendors' wires on this machine, well or as badly as you ask them to.

They are plain asyncio, import nothing heavy and own every byte that they send, so that a cut, a
reset or a half-written frame is exactly that. `process.start_simulator` runs one in a process of
its own, `process.serve_simulator` inside the running loop.
"""
