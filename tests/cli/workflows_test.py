# SPDX-License-Identifier: Apache-2.0
"""What can be checked of workflows and scripts without a runner: structure, references, pinned versions, shell syntax."""

import re
import shutil
import subprocess
import unittest

import yaml

from support import SOURCE

ACTION = SOURCE / "ci/github/action.yml"
EXAMPLES = sorted((SOURCE / "ci/github/examples").glob("*.yml"))
GITLAB = SOURCE / "ci/gitlab/offledger.gitlab-ci.yml"
SCRIPTS = sorted([*(SOURCE / "ci").rglob("*.sh"), *(SOURCE / "docs").rglob("*.sh")])

WORKFLOW_KEYS = {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
JOB_KEYS = {"name", "permissions", "needs", "if", "runs-on", "environment", "concurrency", "outputs", "env", "defaults", "steps",
            "timeout-minutes", "strategy", "continue-on-error", "container", "services", "uses", "with", "secrets"}
STEP_KEYS = {"id", "if", "name", "uses", "run", "working-directory", "shell", "with", "env", "continue-on-error", "timeout-minutes"}
EVENTS = {"schedule", "workflow_dispatch", "pull_request", "push"}
PERMISSIONS = {"contents", "pull-requests", "security-events"}
GITLAB_JOB_KEYS = {"stage", "image", "variables", "before_script", "script", "after_script", "artifacts", "cache", "rules", "tags",
                   "needs", "extends", "allow_failure", "timeout", "retry"}


def load(path):
    """BaseLoader: `on` is a key, not a truth value, and every scalar is a string."""
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)


def references(value, context):
    """The names NAME of `context.NAME` in every expression below `value`; a bare `if` is an expression too."""
    text = yaml.dump(value, width=10_000)
    inside = " ".join(re.findall(r"\$\{\{(.*?)\}\}", text)) + " ".join(re.findall(r"(?m)^\s*(?:- )?if: (.*)$", text))
    return set(re.findall(rf"\b{context}\.([\w-]+)", inside))


class Steps(unittest.TestCase):
    def check(self, steps, where):
        ids = []
        for step in steps:
            self.assertLessEqual(set(step), STEP_KEYS, where)
            self.assertEqual(("uses" in step) + ("run" in step), 1, f"{where}: {step}")
            self.assertLessEqual(references(step, "steps"), set(ids), f"{where}: a step that has not run yet")
            if "id" in step:
                self.assertNotIn(step["id"], ids, where)
                ids.append(step["id"])
            if "with" in step:
                self.assertIn("uses", step, where)
            if "uses" in step and not step["uses"].startswith("./"):
                self.assertRegex(step["uses"], r"^[\w.-]+/[\w./-]+@(v\d+(\.\d+)*|[0-9a-f]{40})$", where)
            if "run" in step:
                self.syntax(re.sub(r"\$\{\{.*?\}\}", "x", step["run"]), where)

    def syntax(self, script, where):
        process = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        self.assertEqual(process.returncode, 0, f"{where}: {process.stderr}")


class Action(Steps):
    def setUp(self):
        self.action = load(ACTION)

    def test_it_is_a_composite_action(self):
        self.assertLessEqual(set(self.action), {"name", "description", "author", "inputs", "outputs", "runs", "branding"})
        self.assertEqual(self.action["runs"]["using"], "composite")
        self.assertEqual(set(self.action["runs"]), {"using", "steps"})
        self.check(self.action["runs"]["steps"], ACTION)
        for step in self.action["runs"]["steps"]:
            self.assertEqual("run" in step, "shell" in step, "a composite action's run needs its shell")

    def test_inputs_are_described_and_used_and_outputs_have_values(self):
        for name, value in self.action["inputs"].items():
            self.assertLessEqual(set(value), {"description", "required", "default", "deprecationMessage"}, name)
            self.assertTrue(value["description"], name)
        for name, value in self.action["outputs"].items():
            self.assertEqual(set(value), {"description", "value"}, name)
        self.assertEqual(references(self.action["runs"], "inputs"), set(self.action["inputs"]))

    def test_outputs_are_those_that_the_script_gives(self):
        script = (SOURCE / "ci/github/gate.sh").read_text()
        given = set(re.findall(r'echo "([\w-]+)=', script))
        for name, value in self.action["outputs"].items():
            self.assertEqual(references(value, "steps"), {"gate"})
            self.assertIn(re.search(r"outputs\.([\w-]+)", value["value"]).group(1), given, name)

    def test_variables_are_those_that_the_script_reads(self):
        script = (SOURCE / "ci/github/gate.sh").read_text()
        for step in self.action["runs"]["steps"]:
            for name in step.get("env", {}):
                self.assertTrue(name == "INPUT_BINARY" or f"${{{name}" in script, name)


class Examples(Steps):
    def test_structure(self):
        self.assertEqual([path.name for path in EXAMPLES], ["nightly.yml", "pull-request.yml"])
        for path in EXAMPLES:
            workflow = load(path)
            self.assertLessEqual(set(workflow), WORKFLOW_KEYS, path)
            events = workflow["on"] if isinstance(workflow["on"], dict) else [workflow["on"]]
            self.assertLessEqual(set(events), EVENTS, path)
            self.assertLessEqual(set(workflow["permissions"]), PERMISSIONS, path)
            for job in workflow["jobs"].values():
                self.assertLessEqual(set(job), JOB_KEYS, path)
                self.assertIn("runs-on", job)
                self.check(job["steps"], path)

    def test_the_action_is_there_and_gets_inputs_and_gives_outputs_that_it_has(self):
        action = load(ACTION)
        for path in EXAMPLES:
            used = [step for job in load(path)["jobs"].values() for step in job["steps"] if step.get("uses", "").startswith("./")]
            self.assertEqual(len(used), 1, path)
            self.assertTrue((SOURCE / used[0]["uses"] / "action.yml").exists(), path)
            self.assertLessEqual(set(used[0]["with"]), set(action["inputs"]), path)
            outputs = set(re.findall(rf"steps\.{used[0]['id']}\.outputs\.([\w-]+)", path.read_text()))
            self.assertLessEqual(outputs, set(action["outputs"]), path)

    def test_a_pull_request_measures_the_merge_base_in_the_same_job(self):
        (job,) = load(SOURCE / "ci/github/examples/pull-request.yml")["jobs"].values()
        self.assertEqual(job["steps"][0]["with"]["fetch-depth"], "0", "the merge base has to be there")
        build, gate = job["steps"][1], job["steps"][2]
        self.assertIn("git merge-base", build["run"])
        self.assertEqual(build["run"].count("ci/build.sh"), 2)
        self.assertIn("base-binary", gate["with"])
        self.assertIn("base-commit", gate["with"])


class GitLab(Steps):
    def test_structure(self):
        template = load(GITLAB)
        self.assertEqual(list(template), [".offledger"])
        job = template[".offledger"]
        self.assertLessEqual(set(job), GITLAB_JOB_KEYS)
        self.assertEqual(job["variables"]["GIT_DEPTH"], "0")
        self.syntax("\n".join(job["script"]), GITLAB)
        self.assertIn(job["artifacts"]["when"], ("on_success", "on_failure", "always"))
        out = job["variables"]["OFFLEDGER_OUT"]
        self.assertEqual(job["artifacts"]["paths"], [out])
        self.assertEqual(job["artifacts"]["reports"]["junit"], f"{out}/junit.xml")


class Scripts(unittest.TestCase):
    def test_every_script_is_bash_that_stops_at_errors(self):
        self.assertGreaterEqual(len(SCRIPTS), 7)
        for script in SCRIPTS:
            self.assertTrue(script.read_text().startswith("#!/usr/bin/env bash\n"), script)
            self.assertRegex(script.read_text(), r"(?m)^set -[eu]", f"{script}")
            process = subprocess.run(["bash", "-n", script], capture_output=True, text=True)
            self.assertEqual(process.returncode, 0, process.stderr)

    @unittest.skipUnless(shutil.which("shellcheck"), "no shellcheck here")
    def test_shellcheck_finds_no_error_in_the_gate_s_script(self):
        process = subprocess.run(["shellcheck", "--severity=warning", SOURCE / "ci/github/gate.sh"], capture_output=True, text=True)
        self.assertEqual(process.returncode, 0, process.stdout)


if __name__ == "__main__":
    unittest.main()
