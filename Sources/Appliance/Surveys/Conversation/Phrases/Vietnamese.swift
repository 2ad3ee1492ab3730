extension Phrases {
    static let vietnamese: [Phrase: String] = [
        .replyWithNumber: "Vui lòng trả lời bằng số tương ứng với lựa chọn của bạn.",
        .replyWithNumbers: "Vui lòng trả lời bằng các số của tất cả những gì phù hợp, ví dụ: 1, 3",
        .replyWithNumbersBetween:
            "Vui lòng chọn từ {minimum} đến {maximum} mục và trả lời bằng các số của chúng, ví dụ: 1, 3",
        .replyWithNumbersExactly: "Vui lòng chọn đúng {count} mục và trả lời bằng các số của chúng.",
        .noneIsFine: "Nếu không có gì phù hợp, hãy nói \"không có\".",
        .ratingHint: "Vui lòng trả lời bằng một số từ {from} đến {to}.",
        .ratingHintLabelled: "Vui lòng trả lời bằng một số từ {from} ({low}) đến {to} ({high}).",
        .numberHint: "Vui lòng trả lời bằng một số.",
        .wholeNumberHint: "Vui lòng trả lời bằng một số nguyên.",
        .numberHintBetween: "Vui lòng trả lời bằng một số từ {minimum} đến {maximum}.",
        .numberHintAtLeast: "Vui lòng trả lời bằng một số từ {minimum} trở lên.",
        .numberHintAtMost: "Vui lòng trả lời bằng một số không quá {maximum}.",
        .dateHint: "Vui lòng trả lời bằng một ngày, ví dụ: 31/12/2026",
        .dateHintBetween: "Vui lòng trả lời bằng một ngày từ {earliest} đến {latest}.",
        .dateHintFrom: "Vui lòng trả lời bằng một ngày từ {earliest} trở đi.",
        .dateHintUntil: "Vui lòng trả lời bằng một ngày không muộn hơn {latest}.",
        .emailHint: "Vui lòng trả lời bằng địa chỉ e-mail của bạn.",
        .yesNoHint: "Vui lòng trả lời có hoặc không.",

        .notAnOption: "Rất tiếc, tôi không tìm thấy lựa chọn nào khớp với câu trả lời đó.",
        .severalOptions: "Có nhiều lựa chọn khớp với câu đó: {labels}. Bạn muốn nói đến lựa chọn nào?",
        .tooFewPicks: "Vui lòng chọn ít nhất {minimum} mục.",
        .tooManyPicks: "Vui lòng chọn không quá {maximum} mục.",
        .tooShort: "Bạn có thể nói thêm một chút không? Tôi cần ít nhất {minimum} ký tự.",
        .tooLong: "Câu này hơi dài. Vui lòng viết không quá {maximum} ký tự.",
        .patternMismatch: "Rất tiếc, câu trả lời chưa đúng dạng cần thiết ở đây.",
        .notANumber: "Rất tiếc, tôi không tìm thấy số nào trong câu trả lời đó.",
        .notWhole: "Rất tiếc, ở đây tôi cần một số nguyên.",
        .tooSmall: "Số đó nhỏ quá: tôi có thể nhận từ {minimum} trở lên.",
        .tooLarge: "Số đó lớn quá: tôi có thể nhận từ {maximum} trở xuống.",
        .notADate: "Rất tiếc, tôi không tìm thấy ngày nào trong câu trả lời đó.",
        .tooEarly: "Ngày đó sớm quá: tôi có thể nhận từ {earliest} trở đi.",
        .tooLate: "Ngày đó muộn quá: tôi có thể nhận đến {latest}.",
        .notAnEmail: "Rất tiếc, đó không giống một địa chỉ e-mail như ten@example.com.",
        .notYesOrNo: "Rất tiếc, tôi chưa rõ đó là có hay không.",
        .emptyAnswer: "Tôi chưa nhận được nội dung nào. Bạn gửi lại câu trả lời được không?",
        .helpMore:
            "Không sao, chúng ta sẽ làm được. Bạn cũng có thể nói \"quay lại\" để đổi câu trả lời trước, \"trợ "
            + "giúp\" để được giúp, hoặc \"dừng lại\" để tiếp tục vào lúc khác.",
        .helpMoreOptional:
            "Không sao, chúng ta sẽ làm được. Bạn cũng có thể nói \"bỏ qua\" để bỏ qua câu hỏi này, \"quay lại\" "
            + "để đổi câu trả lời trước, \"trợ giúp\" để được giúp, hoặc \"dừng lại\" để tiếp tục vào lúc khác.",

        .help:
            "Bạn cứ trả lời theo cách của mình, hoặc bằng số khi có các lựa chọn. \"quay lại\" để đổi câu trả lời "
            + "trước, \"bỏ qua\" để bỏ qua câu hỏi không bắt buộc, \"làm lại\" để bắt đầu lại từ đầu, \"ngôn ngữ\" "
            + "để đổi ngôn ngữ, và \"dừng lại\" để giữ các câu trả lời cho lúc khác.",
        .cannotSkip: "Rất tiếc, câu hỏi này cần có câu trả lời.",
        .cannotGoBack: "Đây là câu hỏi đầu tiên, không có câu nào trước đó.",
        .wentBack: "Được rồi, chúng ta trở lại câu hỏi trước.",
        .answerSoFar: "Câu trả lời của bạn đến lúc này: {answer}. Hãy nói \"giữ nguyên\" để giữ câu trả lời đó.",
        .nothingToKeep: "Ở đây chưa có câu trả lời nào để giữ.",
        .restartConfirm: "Các câu trả lời của bạn sẽ bị xóa. Bạn thật sự muốn bắt đầu lại? (có hoặc không)",
        .restarted: "Được rồi, chúng ta bắt đầu lại từ đầu.",
        .notRestarted: "Được rồi, chúng ta tiếp tục từ chỗ đang dở.",
        .languageWhich: "Bạn muốn dùng ngôn ngữ nào? {languages}",
        .languageChanged: "Được rồi, chúng ta tiếp tục bằng tiếng Việt.",
        .languageUnknown: "Rất tiếc, ở đây tôi không biết ngôn ngữ đó. Vui lòng chọn một trong số này: {languages}",
        .paused:
            "Được rồi, chúng ta dừng ở đây. Các câu trả lời của bạn được giữ lại; bạn quay lại lúc nào cũng được "
            + "và chúng ta sẽ tiếp tục.",

        .optionYes: "có",
        .optionNo: "không",
        .optionNone: "không có",

        .welcomeBack: "Chào mừng bạn trở lại! Chúng ta tiếp tục từ chỗ đang dở.",
        .alreadyCompleted: "Bạn đã hoàn thành khảo sát này rồi. Cảm ơn bạn!",
        .closed: "Khảo sát này đã đóng. Cảm ơn bạn đã quan tâm!",
        .notOpenYet: "Khảo sát này chưa bắt đầu. Vui lòng quay lại sau một chút.",
        .quotaReached: "Khảo sát này đã có đủ câu trả lời. Cảm ơn bạn đã quan tâm!",
        .takenOver: "Cuộc trò chuyện này đang tiếp tục ở một cửa sổ khác nên tôi dừng ở đây.",
        .notSaved: "Tôi chưa lưu được câu đó. Vui lòng gửi lại.",
        .goodbyeDefault: "Cảm ơn bạn! Câu trả lời của bạn đã được ghi nhận.",
        .feedbackRating: "Bạn thấy cuộc trò chuyện này thế nào, từ 1 đến 5?",
        .feedbackComment: "Bạn có muốn bổ sung điều gì không?",
        .feedbackThanks: "Cảm ơn ý kiến của bạn!",
    ]
}
