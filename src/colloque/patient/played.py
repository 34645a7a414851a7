"""A virtual patient played by a model: the record decides what is said, the model how; what it adds or loses is not let through.

The rules hear the question and choose the answer, or the admission that there is none. The model puts it in its own words;
where these have another number, another risk, another yes or no, or far more words, the rules' own are said instead.
"""

from collections import Counter

from colloque.core import Persona, Questionnaire, Turn, messages_from, seed_for
from colloque.french import concepts_of, leading_polarity, quantities, risk_of
from colloque.llm.model import ChatModel, Request, Sampling, sampling_of
from colloque.llm.steering import steering_of
from colloque.llm.template import as_line, template
from colloque.patient.interview import PatientFor
from colloque.patient.virtual import VirtualPatient

__all__ = ["PlayedPatient", "played_by"]

_DEFAULT = Sampling(temperature=0.8, max_tokens=160)
_MORE = 12
"""Words that the model may use beyond twice the rules' own: hesitation and colour, no story."""
_STYLES = {
    "familiar": "familier, élisions partout (« j'sais pas », « y a »)",
    "plain": "simple et courant (« je sais pas »)",
    "careful": "soigné, phrases entières",
}
_MOODS = {"low": "abattu", "tense": "tendu", "even": "posé", "warm": "chaleureux"}


class PlayedPatient:
    """As VirtualPatient, its turns said by a model. `refused` counts, by reason, what the model said that was not let through."""

    def __init__(self, questionnaire: Questionnaire, model: ChatModel, seed: int = 0) -> None:
        self._rules = VirtualPatient(questionnaire, seed)
        self._model = model
        self.refused: Counter[str] = Counter()

    @property
    def persona(self) -> Persona:
        """How this patient talks."""
        return self._rules.persona

    def answer(self, context: list[Turn]) -> Turn:
        """The patient's next turn: the rules' `states`, without places in the words where the words are the model's."""
        turn = self._rules.answer(context)
        asked = context[-1].text if context else ""
        text = self._model.complete([self._request(turn, asked, len(context))])[0].text.strip().strip('«»"“” ')
        why = _odd(text, turn.text, asked)
        if why:
            self.refused[why] += 1
            return turn
        states = tuple(state.model_copy(update={"start": None, "end": None}) for state in turn.states)
        return Turn(role="patient", text=text, states=states)

    def _request(self, turn: Turn, asked: str, number: int) -> Request:
        persona = self._rules.persona
        manner = f"{_STYLES[persona.style]}, {_MOODS[persona.mood]}"
        prompt = template("colloque.patient", "say.md").fill(
            manner=manner, asked=as_line(asked), answer=as_line(turn.text)
        )
        form = self._rules.questionnaire.id
        sampling = sampling_of(self._model, _DEFAULT)
        seeded = sampling.model_copy(update={"seed": seed_for(f"{form}/{number}", "played", self._rules.seed)})
        return Request(
            id=f"{form}/patient-{number}", messages=messages_from([Turn(role="patient", text=prompt)]), sampling=seeded
        )


def _odd(text: str, meant: str, asked: str) -> str:
    """Why the model's words may not stand for the rules' own, or nothing."""
    if not text or "\n" in text or len(text.split()) > 2 * len(meant.split()) + _MORE:
        return "length"
    if steering_of(text):
        return "steering"
    if sorted(_amounts(text)) != sorted(_amounts(meant)):
        return "amount"
    if risk_of(text, asked).grade != risk_of(meant, asked).grade:
        return "risk"
    if {leading_polarity(text), leading_polarity(meant)} == {"yes", "no"}:
        return "yes or no"
    if set(concepts_of(text)) - set(concepts_of(meant)) - set(concepts_of(asked)):
        return "something new"
    return ""


def _amounts(text: str) -> list[str]:
    return [f"{found.value} {found.unit}" for found in quantities(text)]


def played_by(model: ChatModel) -> PatientFor:
    """The maker of patients that interviews take, all played by this model."""
    return lambda questionnaire, seed: PlayedPatient(questionnaire, model, seed)
