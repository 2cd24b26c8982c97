"""Ringbook: books, moves, cancels and offers Cal.com appointments for voice agents.

Rooms, each importing only what stands below it: `wsgi`, `cli` > `factory` > `api` > `container` >
`services`, `storage`, `calcom`, `broker`, `cache` > `domain`. `sandbox` stands apart: a Cal.com to try things on.
"""
