"""The headings of a spreadsheet that mean a field, in English and in the languages of the reports.

A heading is here only where it can hardly mean anything else in a log of events. English stands first, then German,
Spanish, French and Hindi; accents are as people write them, and left out where people leave them out.
"""

from collections.abc import Mapping

from feedback.events.formats.columns import plain

_WRITTEN: Mapping[str, tuple[str, ...]] = {
    "student_id": (
        *("student id", "student", "user id", "user", "username", "login", "email", "email address", "id number"),
        *(
            "Matrikelnummer",
            "Matrikelnr",
            "Matrikel",
            "Studierende",
            "Teilnehmer",
            "Benutzername",
            "Benutzer",
            "Kennung",
        ),
        *("estudiante", "id estudiante", "alumno", "alumna", "matrícula", "matricula", "usuario", "nombre de usuario"),
        *("étudiant", "etudiant", "élève", "eleve", "numéro étudiant", "numero etudiant", "identifiant", "matricule"),
        *("utilisateur", "nom d'utilisateur", "nom d’utilisateur"),
        *("छात्र", "छात्र आईडी", "विद्यार्थी", "अनुक्रमांक", "रोल नंबर", "उपयोगकर्ता"),
    ),
    "namespace": (
        *("namespace", "course", "course id"),
        *("Kurs", "Lehrveranstaltung", "curso", "asignatura", "cours", "पाठ्यक्रम"),
    ),
    "name": (
        *("name", "student name", "full name", "vollständiger Name", "nombre", "nombre completo", "nom", "nom complet"),
        "नाम",
    ),
    "unit": (
        *("unit", "question", "question id", "problem", "problem id", "task", "exercise", "item"),
        *("Frage", "Aufgabe", "Aufgabennummer", "Übung", "pregunta", "ejercicio", "tarea", "problema"),
        *("exercice", "tâche", "tache", "problème", "probleme", "प्रश्न", "सवाल"),
    ),
    "type": (
        *("type", "event", "event type", "event name", "action", "activity", "verb"),
        *("Ereignis", "Aktion", "Vorgang", "Aktivität", "evento", "acción", "accion", "actividad", "tipo"),
        *("événement", "evenement", "activité", "activite", "घटना", "क्रिया"),
    ),
    "created_time": (
        *("created time", "created at", "timestamp", "datetime", "time", "date", "submitted at"),
        *("Zeit", "Zeitpunkt", "Zeitstempel", "Datum", "fecha", "hora", "fecha y hora", "marca de tiempo"),
        *("heure", "horodatage", "date et heure", "समय", "दिनांक", "तारीख"),
    ),
    "score": (
        *("score", "grade", "mark", "fraction"),
        *(
            "Punkte",
            "Punktzahl",
            "Bewertung",
            "puntuación",
            "puntuacion",
            "puntos",
            "calificación",
            "calificacion",
            "nota",
        ),
        *("note", "अंक", "प्राप्तांक"),
    ),
    "max_score": (
        *("max score", "max grade", "max mark", "maximum", "out of"),
        *("Maximalpunkte", "Höchstpunktzahl", "maximale Punkte", "max Punkte"),
        *("puntuación máxima", "puntuacion maxima", "puntos máximos", "nota máxima", "note maximale", "barème"),
        *("अधिकतम अंक", "पूर्णांक"),
    ),
}
HEADINGS: Mapping[str, tuple[str, ...]] = {
    field: tuple(dict.fromkeys(map(plain, written))) for field, written in _WRITTEN.items()
}
