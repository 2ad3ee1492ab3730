/// `parley help`: commands, settings, exit codes.
enum HelpCommand {
    static let text = """
        parley \(Program.version): surveys, quizzes, messages and bridges in one program with one file of data

        Commands
          serve [--forget-sealed-secrets]
                                    runs the program until SIGTERM or SIGINT; gives up secrets that no key opens
          check [--live]            checks settings and data; --live asks a running program whether it is ready
          backup FILE               copies the database to FILE while it is in use, and verifies the copy
          backup list               lists the backups of the folder that serve keeps
          backup verify FILE        checks a backup against its manifest: every byte, page, reference and row count
          restore FILE [--without-manifest] [--hold-deliveries]
                                    replaces the data by a backup while the program is stopped, and keeps what it
                                    replaces; --hold-deliveries pauses every channel in it
          export                    writes the configuration of a stopped program, without secrets, to standard output
          import FILE [--dry-run]   brings such a file in; - reads standard input
          survey check FILE         says what is wrong with the definition of a survey; - reads standard input
          quiz check FILE           the same for a quiz
          account list              lists the accounts
          account create EMAIL --role ROLE
                                    makes an account and prints the link of its invitation, once; roles: \(roles)
          account disable EMAIL     keeps the owner of an account out
          account reset EMAIL       prints a link to choose a new password, once, and lets a disabled one in again
          token list                lists the tokens
          token create NAME --scope SCOPE[,SCOPE…] [--days N]
                                    makes a token and prints it, once; scopes: \(scopes)
          token revoke ID           revokes a token for good
          chat SURVEY [--customer ID] [--invitation TOKEN] [--session TOKEN] [--language TAG] [--url URL]
                                    takes a survey of a running program in the terminal
          load survey [ID] [--customers N] [--concurrent N] [--rate R] [--seconds S] [--json] [--url URL]
                                    has N customers take a survey, ice-cream when none is named, each answering R times
                                    a second (0: as soon as asked), none beginning after S seconds, and says how the
                                    program kept up
          load quiz [ID] [--players N] [--games M] [--over S] [--questions K] [--pace hosted|self_paced] [--hold S]
                                    [--token TOKEN] [--json] [--url URL]
                                    has N players play each of M games at once, of a quiz of K questions that it makes
                                    when none is named, each answering within S seconds, and checks that every verdict,
                                    board and result adds up; the token is PARLEY_ADMIN_TOKEN when none is given
          secret-key                prints a new key for PARLEY_SECRET_KEY
          version                   prints the version
          help                      prints this

        Settings: a flag wins over its variable, which wins over the default
        \(settings)
        Exit codes
        \(codes)

        """

    private static let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")

    private static let scopes = Scope.ofTokens.map(\.rawValue).joined(separator: ", ")

    private static let settings = Option.all.map { option in
        let names = [option.flag.isEmpty ? nil : "\(option.flag) \(option.placeholder)", option.variable].compactMap {
            $0
        }
        let standard = option.standard.isEmpty ? "" : " [\(option.standard)]"
        return "  \(names.joined(separator: ", "))\(standard)\n      \(option.about)\n"
    }.joined()

    private static let codes = ExitCode.allCases.map { "  \($0.rawValue)  \($0.explanation)" }.joined(separator: "\n")
}
