import Storage
import Web

/// `/api/admin/backups`: what there is, and what can be done about it. Restoring is for `parley restore`, while the
/// program is stopped.
struct BackupRoutes: Sendable {
    private static let path = "/api/admin/backups"

    let keeper: BackupKeeper

    func register(in routes: inout Routes) {
        routes.get(
            "/api/admin/backups", needs: .operationsRead,
            "Lists the backups, newest first, with what was verified, uploaded and drilled.",
            answers: [.json(BackupListAnswer.self, .ok, "All of them: they are few.")]
        ) { call in
            return .json(BackupListAnswer(items: try await keeper.answers()))
        }
        routes.post(
            "/api/admin/backups", needs: .operationsWrite,
            "Begins a backup. The answer names it and comes at once; ask for it to see how far it is.",
            answers: [.json(BackupAnswer.self, .accepted, "It is being made.")]
        ) { call in
            let room = try await keeper.look().room
            guard room.isEnough else { throw Problem(.insufficientStorage, "backup.no_room", room.refusal) }
            let job = try begin(.making, BackupFolder.name(at: systemClock()))
            let entry = AuditEntry(call, "backup.made", job.backup)
            Task { try? await keeper.make(job, isAsked: true, entry) }
            return accepted(BackupAnswer(job))
        }
        routes.get(
            "/api/admin/backups/{name}", needs: .operationsRead,
            "Shows one backup; while it is made or verified, how far that is.", answers: [.json(BackupAnswer.self)]
        ) { (_: Call, name: String) in
            .json(try await found(name))
        }
        routes.post(
            "/api/admin/backups/{name}/verify", needs: .operationsWrite,
            "Begins to verify a backup: digest, every page and reference, rows of every table.",
            answers: [.json(BackupAnswer.self, .accepted, "It is being verified.")]
        ) { (call: Call, name: String) in
            _ = try await onDisk(name)
            let job = try begin(.verifying, name)
            let entry = AuditEntry(call, "backup.verified", name)
            Task { try? await keeper.verify(job, entry) }
            return accepted(try await found(name))
        }
        routes.delete(
            "/api/admin/backups/{name}", needs: .operationsWrite,
            "Deletes a backup here; what was uploaded stays. The last good one cannot be deleted.",
            answers: [.nothing()]
        ) { (call: Call, name: String) in
            let backups = try await onDisk(name)
            if keeper.job?.backup == name { throw Problem.backupBusy }
            guard backups.contains(where: { $0.isGood && $0.name != name }) || !backups.contains(where: \.isGood)
            else { throw Problem.conflict("backup.last_good", "This is the only good backup. Make another one first.") }
            try await keeper.remove(name, AuditEntry(call, "backup.deleted", name))
            return Response(.noContent)
        }
    }

    private func begin(_ kind: BackupJob.Kind, _ name: String) throws(Problem) -> BackupJob {
        guard let job = keeper.begin(kind, name) else { throw .backupBusy }
        return job
    }

    private func accepted(_ answer: BackupAnswer) -> Response {
        Reply(.accepted, location: "\(Self.path)/\(answer.name)", json: answer).response
    }

    private func found(_ name: String) async throws -> BackupAnswer {
        guard let answer = try await keeper.find(name) else { throw Problem.notFound("backup") }
        return answer
    }

    /// All backups, of which one has this name.
    private func onDisk(_ name: String) async throws -> [Backup] {
        let backups = try await keeper.look().backups
        guard backups.contains(where: { $0.name == name }) else { throw Problem.notFound("backup") }
        return backups
    }
}

extension Problem {
    fileprivate static let backupBusy = Problem.conflict(
        "backup.running", "A backup is being made, verified or tried out. Ask again when that is done.")
}
