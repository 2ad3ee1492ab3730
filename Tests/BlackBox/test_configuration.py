"""The configuration of a stopped program as one file: out of one, into another."""

import json

from parley import run


def test_export_and_import_of_stopped_programs(tmp_path, parley):
    made = parley.post("/api/channels", {"name": "team", "kind": "log"})
    assert made.status == 201, made
    assert parley.get("/api/admin/export").json["format"] == "parley-configuration"
    # While it runs the folder is its own.
    assert run("export", "--data", str(parley.folder)).returncode == 3
    assert parley.stop() == 0
    out = run("export", "--data", str(parley.folder))
    assert out.returncode == 0, out.stderr
    file = tmp_path / "configuration.json"
    file.write_text(out.stdout)

    other = str(tmp_path / "other")
    rehearsal = run("import", str(file), "--dry-run", "--data", other)
    assert rehearsal.returncode == 0, rehearsal.stderr
    assert json.loads(rehearsal.stdout)["dry_run"] is True
    first = run("import", str(file), "--data", other)
    assert first.returncode == 0 and json.loads(first.stdout)["created"] > 0, first.stderr
    second = json.loads(run("import", str(file), "--data", other).stdout)
    assert second["created"] == second["updated"] == 0

    def configured(text):
        return {key: value for key, value in json.loads(text).items() if key != "exported_at"}

    assert configured(run("export", "--data", other).stdout) == configured(out.stdout)


def test_what_cannot_be_imported_is_told_by_place(tmp_path):
    file = tmp_path / "configuration.json"
    file.write_text('{"format":"parley-configuration","version":1,"surveys":[{"id":"A"}]}')
    refused = run("import", str(file), "--data", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert "surveys[0].id" in refused.stderr
    assert run("import", str(tmp_path / "none"), "--data", str(tmp_path / "data")).returncode == 1
    assert run("import", "--data", str(tmp_path / "data")).returncode == 2
