# SPDX-FileCopyrightText: 2026 The siteops.devices authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets variables in a vaulted file on the controller, in one step."""

from __future__ import annotations

import os
import typing as t

import yaml
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.vault import is_encrypted, match_encrypt_secret
from ansible.plugins.action import ActionBase

from ansible_collections.siteops.devices.plugins.module_utils.bridge.in_process import plain
from ansible_collections.siteops.devices.plugins.module_utils.core.errors import InputError
from ansible_collections.siteops.devices.plugins.module_utils.core.replacing import replace_file
from ansible_collections.siteops.devices.plugins.modules.vault_file import VAULT_FILE_OPTIONS

Result = dict[str, t.Any]


class Opened(t.NamedTuple):
    """A vaulted file: its variables, and the label and secret that open it."""

    variables: dict[str, t.Any]
    label: str
    secret: t.Any


class ActionModule(ActionBase):
    """See the documentation of ``siteops.devices.vault_file``."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        super().run(tmp, task_vars)
        try:
            return self._run()
        except InputError as error:
            failure = error
        except (AnsibleError, OSError) as error:
            failure = InputError(f"The vaulted file was not written: {error}.")
        return failure.to_result()

    def _run(self) -> Result:
        validation = ArgumentSpecValidator(VAULT_FILE_OPTIONS).validate(plain(self._task.args))
        if validation.error_messages:
            raise InputError("path and values are needed, like is optional; all others are unknown. values is a dictionary.")
        options = validation.validated_parameters
        path = os.path.realpath(options["path"])
        opened = self._open(path) if os.path.exists(path) else self._new(options["like"])
        wanted = {**opened.variables, **_revealed(options["values"])}
        changed = wanted != opened.variables or not os.path.exists(path)
        if changed and not self._task.check_mode:
            text = yaml.safe_dump(wanted, allow_unicode=True, sort_keys=False, explicit_start=True)
            label = None if opened.label == "default" else opened.label
            replace_file(path, self._vault.encrypt(text, opened.secret, label), mode=0o600, keep_mode=True, lasting=True)
        return {"changed": changed, "path": path}

    @property
    def _vault(self) -> t.Any:
        vault = self._loader._vault
        if not vault.secrets:
            raise InputError("The run has no vault secret.", hint="Use --vault-id, --vault-password-file or --ask-vault-pass.")
        return vault

    def _open(self, path: str) -> Opened:
        with open(path, "rb") as file:
            content = file.read()
        if not is_encrypted(content):
            raise InputError(f"{path} is not encrypted; it is left as it is.", hint="Encrypt it with ansible-vault encrypt.")
        text, label, secret = self._vault.decrypt_and_get_vault_id(content)
        try:
            variables = yaml.safe_load(text) or {}
        except yaml.YAMLError:
            variables = None
        if not isinstance(variables, dict):
            raise InputError(f"{path} holds no variables in plain YAML; it is left as it is.")
        return Opened(variables, label, secret)

    def _new(self, like: str | None) -> Opened:
        if like:
            return self._open(os.path.realpath(like))._replace(variables={})
        label, secret = match_encrypt_secret(self._vault.secrets)
        return Opened({}, label, secret)


def _revealed(value: t.Any) -> t.Any:
    """``value`` of builtin types, vaulted texts among them as texts."""
    if isinstance(value, t.Mapping):
        return {str(key): _revealed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_revealed(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else "".join(str(value))
