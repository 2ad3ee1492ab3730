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
            let look = try await keeper.inventory.look()
            if let refusal = keeper.workshop.refusal(look) {
                throw Problem(.insufficientStorage, "backup.no_room", refusal)
            }
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
            try await mustExist(name)
            let job = try begin(.verifying, name)
            let entry = AuditEntry(call, "backup.verified", name)
            Task { try? await keeper.workshop.verify(job, entry) }
            return accepted(try await found(name))
        }
        routes.delete(
            "/api/admin/backups/{name}", needs: .operationsWrite,
            "Deletes a backup here; what was uploaded stays. The last good one cannot be deleted.",
            answers: [.nothing()]
        ) { (call: Call, name: String) in
            try await mustExist(name)
            let job = try begin(.removing, name), entry = AuditEntry(call, "backup.deleted", name)
            var isThere = true
            let isGone = try await keeper.workshop.remove(job, entry) { backups in
                isThere = backups.contains { $0.name == name }
                return isThere && BackupStep.mayGo(name, of: backups, at: systemClock())
            }
            guard isThere else { throw Problem.notFound("backup") }
            guard isGone else {
                throw Problem.conflict("backup.last_good", "This is the only good backup. Make another one first.")
            }
            return Response(.noContent)
        }
    }

    private func begin(_ kind: BackupJob.Kind, _ name: String) throws(Problem) -> BackupJob {
        guard let job = keeper.workshop.begin(kind, name) else { throw .backupBusy }
        return job
    }

    private func accepted(_ answer: BackupAnswer) -> Response {
        Reply(.accepted, location: "\(Self.path)/\(answer.name)", json: answer).response
    }

    private func found(_ name: String) async throws -> BackupAnswer {
        guard let answer = try await keeper.answers().first(where: { $0.name == name })
        else { throw Problem.notFound("backup") }
        return answer
    }

    private func mustExist(_ name: String) async throws {
        let backups = try await keeper.inventory.look().backups
        guard backups.contains(where: { $0.name == name }) else { throw Problem.notFound("backup") }
    }
}

extension Problem {
    fileprivate static let backupBusy = Problem.conflict(
        "backup.running",
        "A backup is being made, verified, tried out or removed. Ask again when that is done.")
}
