"""The YAML that admins edit, to and from the model: every error with file, line, column, value and remedy."""

from scheduler.planfile.contacts import append_contacts
from scheduler.planfile.read import Configuration, Recollection, list_plan_files, load_configuration, read_plan_text
from scheduler.planfile.write import Json, plan_to_json, plan_to_yaml

__all__ = [
    "Configuration",
    "Json",
    "Recollection",
    "append_contacts",
    "list_plan_files",
    "load_configuration",
    "plan_to_json",
    "plan_to_yaml",
    "read_plan_text",
]
