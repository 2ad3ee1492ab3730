import Storage

/// The survey that a first start leaves behind, and the customer it can be tried with.
enum SampleSurvey {
    static let id = "ice-cream"
    static let customer = (id: "john", attributes: ["name": Scalar.text("John Doe")])

    static let definition = """
        {
          "title": "Ice cream",
          "languages": ["en"],
          "greeting": "Hello {customer.name|there}!",
          "goodbye": "Thank you for your time, {customer.name|friend}!\\n\
        Your response has been recorded. Have a wonderful day!",
          "questions": [
            {
              "id": "flavour",
              "kind": "choice",
              "text": "We are interested to know which flavour of ice cream you prefer. Here are your options:",
              "options": [
                {"id": "vanilla", "label": "Vanilla", "reply": "Lovely! Nothing beats a good vanilla."},
                {"id": "chocolate", "label": "Chocolate", "reply": "Great choice! Chocolate is a classic favorite."},
                {"id": "strawberry", "label": "Strawberry", "reply": "Mmm! Strawberry tastes like summer."}
              ]
            },
            {
              "id": "why",
              "kind": "text",
              "optional": true,
              "text": "Would you like to provide feedback on why you selected this flavor?"
            }
          ]
        }
        """
}

extension Transaction {
    /// Stores the sample, published, and its customer.
    borrowing func insertSampleSurvey(at now: Int64) throws(StorageError) {
        try insertPublished(SampleSurvey.id, SampleSurvey.definition, of: SurveyDefinition.self, at: now)
        try saveCustomer(SampleSurvey.customer.id, SampleSurvey.customer.attributes, at: now)
    }
}
