extension Courier {
    /// Writes notices where the operator looks, through a closure: for trying out, and while nothing else is set up.
    public static func log(_ write: @escaping @Sendable (_ parcel: Parcel, _ notice: Notice) -> Void) -> Courier {
        Courier(
            kind: "log", fields: [], parallelism: 16,
            render: { parcel in Notice(payload: parcel.payload)?.text },
            send: { parcel in
                guard let notice = Notice(payload: parcel.payload) else { return .unreadablePayload }
                write(parcel, notice)
                return CourierOutcome(.delivered, code: "logged")
            })
    }
}
