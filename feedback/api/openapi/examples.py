"""What the API's description shows for an example. The tests send the bodies."""

EXAMPLE_CLASS = [
    {
        "student_id": "ada",
        "namespace": "cs101",
        "events": [
            {"unit": 1, "type": "saved_code", "created_time": "2025-11-14T09:01:30Z"},
            {"unit": 1, "type": "submission", "created_time": "2025-11-14T09:04:10Z", "score": 0.5},
        ],
    },
    {"student_id": "grace", "namespace": "cs101", "events": []},
]
EXAMPLE_ENVELOPE = {
    "exam": {
        "title": "Programming 1",
        "starts_at": "2025-11-14T09:00:00Z",
        "ends_at": "2025-11-14T11:00:00Z",
    },
    "questions": [{"unit": 1, "title": "Loops", "points": 4}],
    "students": EXAMPLE_CLASS,
}
EXAMPLE_ROWS = """student_id,namespace,unit,type,created_time,score
ada,cs101,1,saved_code,2025-11-14T09:01:30Z,
ada,cs101,1,submission,2025-11-14T09:04:10Z,0.5
grace,cs101,,,,
"""
EXAMPLE_ROSTER = """student_id,namespace,name,email
ada,cs101,Ada Lovelace,ada@example.edu
grace,cs101,Grace Hopper,grace@example.edu
"""
EXAMPLE_ERROR = {
    "error": "The events cannot be read: 1 fault, named with its place in `details`. "
    "Mend it and send the whole body again; nothing was stored.",
    "details": {"students[4].events[3].unit": ["expected a string of 1 to 200 characters, or a number; it is missing"]},
}
