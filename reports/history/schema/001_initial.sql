-- SPDX-License-Identifier: Apache-2.0
--
-- Schema version 1. docs/history.md explains every table and every column of every view.
-- Applied in one transaction, which also sets application_id and user_version.

CREATE TABLE machine_class (
  id                  INTEGER PRIMARY KEY,
  device_kind         TEXT NOT NULL CHECK (device_kind <> ''),
  device_name         TEXT NOT NULL,
  device_memory_bytes INTEGER NOT NULL,
  pcie                TEXT NOT NULL,
  cpu                 TEXT NOT NULL,
  UNIQUE (device_kind, device_name, device_memory_bytes, pcie, cpu)
) STRICT;

CREATE TABLE machine (
  id            INTEGER PRIMARY KEY,
  machine_class INTEGER NOT NULL REFERENCES machine_class (id),
  instance      TEXT NOT NULL,
  UNIQUE (machine_class, instance)
) STRICT;

CREATE TABLE environment (
  id     INTEGER PRIMARY KEY,
  driver TEXT NOT NULL,
  cuda   TEXT NOT NULL,
  kernel TEXT NOT NULL,
  UNIQUE (driver, cuda, kernel)
) STRICT;

CREATE TABLE run (
  id             TEXT PRIMARY KEY,
  content        TEXT NOT NULL,
  occurrence     INTEGER NOT NULL CHECK (occurrence >= 0),
  started_at     INTEGER NOT NULL,
  sitting        TEXT NOT NULL,
  side           TEXT NOT NULL CHECK (side IN ('', 'base', 'cand')),
  label          TEXT NOT NULL,
  commit_sha     TEXT NOT NULL,
  merge_base     TEXT NOT NULL,
  branch         TEXT NOT NULL,
  dirty          INTEGER NOT NULL CHECK (dirty IN (0, 1)),
  complete       INTEGER NOT NULL CHECK (complete IN (0, 1)),
  suite          TEXT NOT NULL,
  tool_version   TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  machine        INTEGER NOT NULL REFERENCES machine (id),
  environment    INTEGER NOT NULL REFERENCES environment (id),
  UNIQUE (content, occurrence)
) STRICT;
CREATE INDEX run_started_at ON run (started_at);
CREATE INDEX run_label ON run (label);
CREATE INDEX run_commit ON run (commit_sha);

CREATE TABLE env_sample (
  id     INTEGER PRIMARY KEY,
  run    TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  moment TEXT NOT NULL,
  name   TEXT NOT NULL,
  value  REAL
) STRICT;
CREATE INDEX env_sample_run ON env_sample (run);

CREATE TABLE cell (
  id             INTEGER PRIMARY KEY,
  schedule       TEXT NOT NULL,
  workload       TEXT NOT NULL,
  device_profile TEXT NOT NULL,
  protocol       TEXT NOT NULL,
  UNIQUE (schedule, workload, device_profile, protocol)
) STRICT;

CREATE TABLE run_schedule (
  id            INTEGER PRIMARY KEY,
  run           TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  cell          INTEGER NOT NULL REFERENCES cell (id),
  schedule_hash TEXT NOT NULL,
  deterministic INTEGER NOT NULL CHECK (deterministic IN (0, 1)),
  UNIQUE (run, cell)
) STRICT;
CREATE INDEX run_schedule_cell ON run_schedule (cell);

CREATE TABLE rep (
  id           INTEGER PRIMARY KEY,
  run_schedule INTEGER NOT NULL REFERENCES run_schedule (id) ON DELETE CASCADE,
  number       INTEGER NOT NULL,
  process      INTEGER NOT NULL,
  block        INTEGER NOT NULL,
  place        INTEGER NOT NULL,
  exit_code    INTEGER NOT NULL,
  UNIQUE (run_schedule, number)
) STRICT;

CREATE TABLE value (
  rep    INTEGER NOT NULL REFERENCES rep (id) ON DELETE CASCADE,
  metric TEXT NOT NULL,
  value  REAL,
  PRIMARY KEY (rep, metric)
) STRICT, WITHOUT ROWID;

CREATE TABLE cause (
  rep   INTEGER NOT NULL REFERENCES rep (id) ON DELETE CASCADE,
  cause TEXT NOT NULL,
  ns    REAL,
  PRIMARY KEY (rep, cause)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
  id           INTEGER PRIMARY KEY,
  run_schedule INTEGER NOT NULL REFERENCES run_schedule (id) ON DELETE CASCADE,
  finding      TEXT NOT NULL,
  detail       TEXT NOT NULL,
  disqualifies INTEGER NOT NULL CHECK (disqualifies IN (0, 1))
) STRICT;
CREATE INDEX finding_run_schedule ON finding (run_schedule);

CREATE TABLE artifact (
  id           INTEGER PRIMARY KEY,
  run_schedule INTEGER NOT NULL REFERENCES run_schedule (id) ON DELETE CASCADE,
  kind         TEXT NOT NULL,
  path         TEXT NOT NULL,
  content_hash TEXT NOT NULL
) STRICT;
CREATE INDEX artifact_run_schedule ON artifact (run_schedule);

CREATE TABLE verdict (
  id                INTEGER PRIMARY KEY,
  created_at        INTEGER NOT NULL DEFAULT (unixepoch()),
  base_run          TEXT REFERENCES run (id) ON DELETE SET NULL,
  cand_run          TEXT REFERENCES run (id) ON DELETE SET NULL,
  verdict           TEXT NOT NULL CHECK (verdict IN ('pass', 'fail', 'inconclusive', 'no_data', 'not_comparable')),
  reason            TEXT NOT NULL,
  base_commit       TEXT NOT NULL,
  cand_commit       TEXT NOT NULL,
  base_why          TEXT NOT NULL,
  baseline_recorded INTEGER NOT NULL CHECK (baseline_recorded IN (0, 1)),
  cells             TEXT NOT NULL CHECK (json_valid(cells))
) STRICT;
CREATE INDEX verdict_base_run ON verdict (base_run);
CREATE INDEX verdict_cand_run ON verdict (cand_run);

CREATE TABLE changepoint (
  id            INTEGER PRIMARY KEY,
  machine_class INTEGER NOT NULL REFERENCES machine_class (id),
  cell          INTEGER NOT NULL REFERENCES cell (id),
  metric        TEXT NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('change', 'suspected', 'outlier', 'drift')),
  run           TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  range_first   TEXT REFERENCES run (id) ON DELETE SET NULL,
  range_last    TEXT REFERENCES run (id) ON DELETE SET NULL,
  shift         REAL NOT NULL,
  shift_low     REAL,
  shift_high    REAL,
  p             REAL NOT NULL,
  environment   TEXT NOT NULL,
  UNIQUE (machine_class, cell, metric, kind, run)
) STRICT;
CREATE INDEX changepoint_run ON changepoint (run);
CREATE INDEX changepoint_range_first ON changepoint (range_first);
CREATE INDEX changepoint_range_last ON changepoint (range_last);

CREATE TABLE baseline (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL CHECK (name <> ''),
  run         TEXT NOT NULL REFERENCES run (id),
  reason      TEXT NOT NULL CHECK (reason <> ''),
  accepted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX baseline_name ON baseline (name);
CREATE INDEX baseline_run ON baseline (run);

CREATE TABLE waiver (
  id       INTEGER PRIMARY KEY,
  schedule TEXT NOT NULL,
  workload TEXT NOT NULL,
  metric   TEXT NOT NULL,
  reason   TEXT NOT NULL CHECK (reason <> ''),
  owner    TEXT NOT NULL CHECK (owner <> ''),
  expires  TEXT NOT NULL CHECK (expires GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  UNIQUE (schedule, workload, metric)
) STRICT;

CREATE VIEW v_series AS
SELECT datetime(run.started_at, 'unixepoch') AS time,
       cell.schedule, cell.workload, value.metric, value.value,
       rep.number AS rep, substr(run.id, 1, 12) AS run, run.commit_sha, run.branch, run.label, run.side, run.sitting,
       machine_class.device_name AS device, machine.instance, environment.driver, environment.cuda,
       environment.kernel, cell.device_profile, cell.protocol, run_schedule.schedule_hash,
       machine_class.id AS machine_class, run.id AS run_id, rep.exit_code, run.complete
  FROM run
  JOIN run_schedule ON run_schedule.run = run.id
  JOIN cell ON cell.id = run_schedule.cell
  JOIN rep ON rep.run_schedule = run_schedule.id
  JOIN value ON value.rep = rep.id
  JOIN machine ON machine.id = run.machine
  JOIN machine_class ON machine_class.id = machine.machine_class
  JOIN environment ON environment.id = run.environment;

CREATE VIEW v_latest AS
WITH newest AS (
  SELECT run_schedule.id, run_schedule.cell, run.id AS run, run.started_at, run.commit_sha, machine.machine_class,
         row_number() OVER (PARTITION BY run_schedule.cell, machine.machine_class
                            ORDER BY run.started_at DESC, run.rowid DESC) AS age
    FROM run
    JOIN run_schedule ON run_schedule.run = run.id
    JOIN machine ON machine.id = run.machine
   WHERE run.complete = 1 AND run.side <> 'base'
), ranked AS (
  SELECT newest.*, value.metric, value.value,
         row_number() OVER (PARTITION BY newest.id, value.metric ORDER BY value.value) AS place,
         count(*) OVER (PARTITION BY newest.id, value.metric) AS n
    FROM newest
    JOIN rep ON rep.run_schedule = newest.id AND rep.exit_code = 0
    JOIN value ON value.rep = rep.id
   WHERE newest.age = 1 AND value.value IS NOT NULL
)
SELECT cell.schedule, cell.workload, ranked.metric,
       avg(CASE WHEN ranked.place IN ((ranked.n + 1) / 2, (ranked.n + 2) / 2) THEN ranked.value END) AS median,
       min(ranked.value) AS least, max(ranked.value) AS most, ranked.n AS reps,
       datetime(ranked.started_at, 'unixepoch') AS time, substr(ranked.run, 1, 12) AS run, ranked.commit_sha,
       machine_class.device_name AS device, cell.device_profile, cell.protocol, ranked.machine_class,
       ranked.run AS run_id
  FROM ranked
  JOIN cell ON cell.id = ranked.cell
  JOIN machine_class ON machine_class.id = ranked.machine_class
 GROUP BY ranked.id, ranked.metric;

CREATE VIEW v_ledger AS
SELECT datetime(run.started_at, 'unixepoch') AS time,
       cell.schedule, cell.workload,
       CASE instr(cause.cause, '/') WHEN 0 THEN cause.cause ELSE substr(cause.cause, 1, instr(cause.cause, '/') - 1) END
         AS cause,
       CASE instr(cause.cause, '/') WHEN 0 THEN '' ELSE substr(cause.cause, instr(cause.cause, '/') + 1) END AS sub,
       cause.ns, cause.ns / nullif(wall.value, 0) AS share_of_wall,
       rep.number AS rep, substr(run.id, 1, 12) AS run, run.commit_sha, machine_class.device_name AS device,
       cell.device_profile, cell.protocol, run_schedule.schedule_hash, machine_class.id AS machine_class,
       run.id AS run_id
  FROM run
  JOIN run_schedule ON run_schedule.run = run.id
  JOIN cell ON cell.id = run_schedule.cell
  JOIN rep ON rep.run_schedule = run_schedule.id
  JOIN cause ON cause.rep = rep.id
  LEFT JOIN value AS wall ON wall.rep = rep.id AND wall.metric = 'wall_ns'
  JOIN machine ON machine.id = run.machine
  JOIN machine_class ON machine_class.id = machine.machine_class;
