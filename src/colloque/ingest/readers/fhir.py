"""FHIR resources → forms: QuestionnaireResponse alone, in a Bundle, contained, with or without its Questionnaire.

A tolerant walk over plain dicts, without recursion: STU3 to R5, items nested under groups and under answers. Knows
nothing of identities beyond collecting what the file says of the person, so that it can be taken out later.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from colloque.ingest.raw import Fault, Form, Hints, Item
from colloque.ingest.readers.fhir_blank import Blank, blank_of
from colloque.ingest.readers.fhir_items import items_of
from colloque.ingest.readers.fhir_values import dicts, said

__all__ = ["definition_keys", "fhir_forms", "is_fhir"]

_LEFT_OUT = {"entered-in-error": "the response is marked as entered in error"}
_PLACEHOLDER = re.compile(r"\b(?:patient-)?(?:example|exemple|test|anonymous|unknown|placeholder)$", re.IGNORECASE)
"""A subject that form designers leave in: AP-HP's three cases all name Patient/patient-example."""
_RELATED = ("Patient", "RelatedPerson", "Person")


def is_fhir(value: Any) -> bool:
    """A FHIR resource, or a Bundle's entry around one."""
    if not isinstance(value, dict):
        return False
    inner = value.get("resource")
    return isinstance(value.get("resourceType"), str) or (
        isinstance(inner, dict) and isinstance(inner.get("resourceType"), str)
    )


def definition_keys(resource: Mapping[str, Any]) -> list[str]:
    """The names under which a response may mean this Questionnaire."""
    ids = [said(resource.get("url")), said(resource.get("id"))]
    return [key for key in (ids[0], f"Questionnaire/{ids[1]}" if ids[1] else "", ids[1]) if key]


def fhir_forms(value: Mapping[str, Any], place: str, hints: Hints) -> list[Form | Fault]:
    """The forms in one resource or Bundle. Blank forms, patients and the like give none; an unfit response is a Fault."""
    found = list(_resources(value, place))
    around = {}
    for resource, full_url, _ in found:
        name = f"{resource.get('resourceType')}/{said(resource.get('id'))}"
        around.update({name: resource, full_url or name: resource})
    definitions = dict(hints.definitions)
    for resource, _, _ in found:
        if resource.get("resourceType") == "Questionnaire":
            definitions |= dict.fromkeys(definition_keys(resource), resource)
    forms = []
    for resource, _, where in found:
        if resource.get("resourceType") == "QuestionnaireResponse":
            forms.append(_form(resource, where, definitions, around))
    if not forms and len(found) == 1 and found[0][0].get("resourceType") not in ("Questionnaire", *_RELATED):
        kind = said(found[0][0].get("resourceType"))
        return (
            [Fault(place, "not_a_questionnaire", f"a {kind} resource", "export QuestionnaireResponse resources")]
            if kind != "Bundle"
            else []
        )
    return forms


def _resources(value: Mapping[str, Any], place: str) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """Every resource of a Bundle, of Bundles in it, and contained responses; with full URL and place."""
    stack: list[tuple[Any, str, str]] = [(value, "", place)]
    while stack:
        resource, full_url, where = stack.pop()
        if not isinstance(resource, dict):
            continue
        if "resourceType" not in resource and isinstance(resource.get("resource"), Mapping):
            resource, full_url = resource["resource"], said(resource.get("fullUrl"))
        yield resource, full_url, where
        if resource.get("resourceType") == "Bundle":
            entries = list(enumerate(dicts(resource.get("entry")), start=1))
            prefix = f"{where}, " if where else ""
            stack.extend(
                (e.get("resource"), said(e.get("fullUrl")), f"{prefix}entry {n}") for n, e in reversed(entries)
            )
        elif resource.get("resourceType") != "QuestionnaireResponse":
            inner = [c for c in dicts(resource.get("contained")) if c.get("resourceType") == "QuestionnaireResponse"]
            stack.extend((c, "", f"{where} contained".strip()) for c in reversed(inner))


def _form(
    resource: Mapping[str, Any], place: str, definitions: Mapping[str, Any], around: Mapping[str, Any]
) -> Form | Fault:
    status = said(resource.get("status"))
    if status in _LEFT_OUT:
        return Fault(place, "entered_in_error", _LEFT_OUT[status], "nothing to do, unless the status is wrong")
    contained = {f"#{said(c.get('id'))}": c for c in dicts(resource.get("contained"))}
    blank, name = _blank(resource.get("questionnaire"), definitions, contained)
    language = said(resource.get("language"))[:2] or blank.language or None
    items = items_of(resource, blank, language or "fr")
    if not items:
        return Fault(place, "no_answers", "a response without any item", "export it with its items")
    person, identities = _person(resource, contained, around)
    identities += [Item("Soignant", name, identifies=True) for name in _staff(resource)]
    authored = said(resource.get("authored"))[:10] or None
    return Form(place, (*identities, *items), person, blank.code or name or None, authored, language)


def _blank(
    reference: Any, definitions: Mapping[str, Any], contained: Mapping[str, Mapping[str, Any]]
) -> tuple[Blank, str]:
    """The blank form that a response answers, found by its reference; and a short name for it."""
    name = said(reference.get("reference")) if isinstance(reference, dict) else said(reference)
    plain_name = name.split("|", 1)[0]
    tail = plain_name.rstrip("/").rsplit("/", 1)[-1]
    resource = contained.get(name) or next(
        (definitions[key] for key in (plain_name, f"Questionnaire/{tail}", tail) if key and key in definitions), None
    )
    if resource is None:
        resource = next((c for c in contained.values() if c.get("resourceType") == "Questionnaire"), None)
    return (blank_of(resource) if resource else Blank()), tail.lstrip("#")


def _person(
    resource: Mapping[str, Any], contained: Mapping[str, Mapping[str, Any]], around: Mapping[str, Any]
) -> tuple[str, list[Item]]:
    """The key of the person and what the file tells of who it is."""
    for role in ("subject", "source", "author"):
        reference = resource.get(role)
        if not isinstance(reference, dict):
            continue
        key = said(reference.get("reference"))
        whole = contained.get(key) or around.get(key)
        if role != "subject" and not (key.startswith(_RELATED[:1]) or (whole or {}).get("resourceType") == "Patient"):
            continue
        items = _identities(whole) if isinstance(whole, dict) else []
        if said(reference.get("display")):
            items.append(Item("Nom du patient", said(reference.get("display")), identifies=True))
        identifier = reference.get("identifier")
        number = said(identifier.get("value")) if isinstance(identifier, dict) else ""
        if isinstance(whole, dict):
            number = number or next(
                (said(i.get("value")) for i in dicts(whole.get("identifier")) if i.get("value")), ""
            )
        person = number or ("" if key.startswith("#") or _PLACEHOLDER.search(key) else key.removeprefix("Patient/"))
        if person or items:
            return person, items
    return "", []


def _staff(resource: Mapping[str, Any]) -> list[str]:
    """Names of those who wrote or gathered the answers."""
    references = [resource.get(role) for role in ("author", "source")]
    return [said(r.get("display")) for r in references if isinstance(r, dict) and said(r.get("display"))]


def _identities(patient: Mapping[str, Any]) -> list[Item]:
    items = []
    for name in dicts(patient.get("name")):
        given = name.get("given")
        firsts = [said(part) for part in given] if isinstance(given, list) else [said(given)]
        items.append(Item("Nom", said(name.get("family")) or said(name.get("text")), identifies=True))
        items.extend(Item("Prénom", first, identifies=True) for first in firsts if first)
    if said(patient.get("birthDate")):
        items.append(Item("Date de naissance", said(patient.get("birthDate")), identifies=True))
    for identifier in dicts(patient.get("identifier")):
        items.append(Item("Identifiant", said(identifier.get("value")), identifies=True))
    for contact in dicts(patient.get("telecom")):
        items.append(Item("Téléphone ou courriel", said(contact.get("value")), identifies=True))
    for address in dicts(patient.get("address")):
        lines = address.get("line")
        parts = [*(said(line) for line in lines)] if isinstance(lines, list) else [said(lines)]
        whole = ", ".join(p for p in [*parts, said(address.get("postalCode")), said(address.get("city"))] if p)
        items.append(Item("Adresse", said(address.get("text")) or whole, identifies=True))
    return [item for item in items if item.answer]
