"""A conversation in the terminal: the person plays the patient, the tuned model the clinician."""

import sys
from pathlib import Path

from colloque.core import Turn, messages_from
from colloque.llm import LocalModel, Request, Sampling

__all__ = ["chat_in_terminal"]

NOTICE = (
    "Vous êtes le patient ; le modèle tient le rôle du clinicien. Démonstration, pas un dispositif médical.\n"
    "En cas d’urgence : le 15. Idées suicidaires : le 3114, à toute heure. Ligne vide ou Ctrl-D pour finir."
)


def chat_in_terminal(model: Path, seed: int = 0) -> None:
    """Alternate the model's replies (stdout) with lines read from stdin, until an empty line or the end of input."""
    tuned = LocalModel(model)
    print(NOTICE, file=sys.stderr)
    turns: list[Turn] = []
    while True:
        sampling = Sampling(temperature=0.7, max_tokens=120, seed=seed, draw=len(turns))
        reply = tuned.complete([Request(id="chat", messages=messages_from(turns), sampling=sampling)])[0]
        turns.append(Turn(role="clinician", text=reply.text))
        print(f"Clinicien : {reply.text}", flush=True)
        print("Vous : ", end="", file=sys.stderr, flush=True)
        said = sys.stdin.readline().strip()
        if not said:
            return
        turns.append(Turn(role="patient", text=said))
