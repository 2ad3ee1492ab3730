import Web

extension App {
    /// What every feature answers.
    func routes(_ settings: Settings) -> Routes {
        var routes = Routes(gate: gate)
        let places = ExportPlaces()
        registerMessages(in: &routes)
        surveys.register(in: &routes, gate: gate, places: places)
        quizzes.register(in: &routes, gate: gate, places: places)
        BridgeRoutes(bridge: bridge).register(in: &routes)
        registerPeople(in: &routes, letsSignUp: settings.letsSignUp)
        registerData(in: &routes, places)
        registerProgram(in: &routes, settings.options)
        return routes
    }

    private func registerMessages(in routes: inout Routes) {
        MessageRoutes(database: database, now: now).register(in: &routes)
        TopicRoutes(database: database, now: now).register(in: &routes)
        ChannelRoutes(
            database: database, couriers: couriers, dispatcher: dispatcher, vault: vault, observers: observers, now: now
        ).register(in: &routes)
        outbox.register(in: &routes)
    }

    private func registerPeople(in routes: inout Routes, letsSignUp: Bool) {
        SignInRoutes(accounts: accounts).register(in: &routes)
        AccountRoutes(accounts: accounts).register(in: &routes)
        AccountAdminRoutes(accounts: accounts, erase: { [erasures] account, call in
            try await erasures.erase(.account(account), by: call)
        }).register(in: &routes)
        TokenRoutes(database: database, gate: gate, now: now).register(in: &routes)
        routes.page(
            AccountPage.page(letsSignUp: letsSignUp), at: "/account", script: "/account.js", style: "/account.css")
        CustomerRoutes(database: database, directory: directory, erase: { [erasures] customer, call in
            try await erasures.erase(.customer(customer), by: call)
        }, now: now).register(in: &routes)
    }

    private func registerData(in routes: inout Routes, _ places: ExportPlaces) {
        ErasureRoutes(database: database, erasures: erasures).register(in: &routes)
        RetentionRoutes(database: database, retention: retention, now: now).register(in: &routes)
        AuditRoutes(database: database, places: places).register(in: &routes)
        ConfigurationRoutes(exchange: exchange).register(in: &routes)
        BackupRoutes(keeper: backups).register(in: &routes)
    }

    private func registerProgram(in routes: inout Routes, _ options: [OptionReport]) {
        health.register(in: &routes)
        metrics.register(in: &routes)
        logLevel.register(in: &routes)
        RunningConfiguration(
            database: database, folder: folder, options: options, startedAt: now(), now: now
        ).register(in: &routes)
        let reference = ReferenceRoutes(cookie: gate.cookie.name)
        reference.register(in: &routes)
        reference.prepare(routes.summaries)
    }
}
