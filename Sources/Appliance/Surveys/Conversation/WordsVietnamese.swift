extension Words {
    static let vietnamese = Words(
        steering: steering(
            back: "quay lại, trở lại, quay về, câu trước, câu hỏi trước, lùi lại",
            skip: "bỏ qua, bỏ qua câu này, bỏ qua câu hỏi này, câu tiếp theo, câu tiếp",
            restart: "làm lại, làm lại từ đầu, bắt đầu lại, khởi động lại, từ đầu",
            help: "trợ giúp, giúp đỡ, giúp tôi, giúp tôi với, hướng dẫn",
            stop: "dừng lại, tạm dừng, dừng ở đây, thoát, ngừng lại",
            keep: "giữ, giữ nguyên, giữ lại, giữ câu trả lời",
            language: "ngôn ngữ, đổi ngôn ngữ, thay đổi ngôn ngữ, chuyển ngôn ngữ, ngôn ngữ khác"),
        // Without its accents `dừng` is `đúng`: "right".
        steeringAccented: ["dừng": .stop, "ngừng": .stop],
        inLanguage: set("ngôn ngữ, bằng, đổi sang, chuyển sang, nói"),
        yes: set(
            """
            có, vâng, dạ, dạ có, dạ vâng, ừ, uh, uhm, ừm, ờ, phải, đúng, đúng vậy, đúng rồi, phải rồi, vâng ạ, có ạ,
            tất nhiên, dĩ nhiên, chắc chắn, chắc chắn rồi, đồng ý, được, được chứ, có chứ, rồi, tôi có, chính xác
            """),
        no: set(
            """
            không, ko, k, hong, hông, không có, không phải, dạ không, không ạ, chưa, chưa có, không đúng, sai,
            không bao giờ, không hề, tất nhiên là không, tôi không, không đồng ý, không cảm ơn, không được
            """),
        refusals: set(
            """
            không cảm ơn, không cám ơn, dạ không cảm ơn, không cảm ơn bạn, cảm ơn nhưng không, tôi không muốn trả lời,
            tôi không muốn nói, không muốn trả lời, không muốn nói, để sau, để lúc khác, thôi, thôi cảm ơn, thôi khỏi,
            khỏi, khỏi cần, không bình luận, miễn bình luận
            """),
        nothing: set(
            """
            không, ko, không có, không có gì, không có gì thêm, không gì cả, không có gì cả, không có ý kiến,
            không biết, tôi không biết, không rõ, không áp dụng, hết rồi, hết
            """),
        all: set("tất cả, tất cả các lựa chọn, tất cả những cái trên, tất cả các mục, hết tất cả, mọi thứ"),
        both: set("cả hai, cả 2"),
        none: set(
            """
            không có, không có cái nào, không cái nào, không có gì, không mục nào, không có mục nào, không gì cả,
            không lựa chọn nào
            """),
        allBut: set("tất cả trừ, tất cả ngoại trừ, tất cả ngoài, mọi thứ trừ, tất cả trừ ra"),
        polite: set("làm ơn, cảm ơn, cảm ơn bạn, cám ơn, xin, vui lòng, ạ, nhé"),
        fillers: set(
            """
            số, lựa, chọn, câu, cái, mục, thứ, tôi, em, anh, chị, mình, muốn, thích, xin, làm, ơn, cảm, cám, ạ, nhé,
            là, lấy, cho, vui, lòng, đáp, án, cùng, tiên, vị, yêu, rất, bạn
            """),
        negations: set("không, ko, chưa, trừ, ngoại, ngoài, chẳng, đừng, ghét"),
        hedges: set(
            """
            khoảng, chừng, gần, hơn, dưới, trên, ít, nhất, nhiều, hoặc, và, đến, từ, tầm, độ, trăm, nghìn, ngàn, vạn,
            triệu, tr, củ, tỷ, tỉ, chục, tá, rưỡi, nửa, phẩy, trừ, âm, hay, tối, thiểu, đa
            """),
        numberSigns: set("số, câu, mục, lựa chọn"),
        numbers: counted(
            from: 0,
            "không; một, mốt; hai; ba; bốn, tư; năm, lăm; sáu; bảy, bẩy; tám; chín; mười"),
        // Without its accents `đầu` is `dâu`, a strawberry, and `nhất` is `nhật`, as in Japan.
        ordinalsAccented: ["nhất": 1, "nhì": 2, "đầu": 1, "cuối": -1],
        ordinalEndings: [],
        conjunctions: set("và, hoặc, với, cùng"),
        upTo: set("đến, tới"),
        outOf: set("trên"),
        minus: set("âm, trừ"),
        months: [:],
        days: [
            "hom nay": 0, "hom qua": -1, "ngay mai": 1, "mai": 1, "hom kia": -2, "ngay kia": 2,
            "ngay mot": 2, "bua nay": 0,
        ],
        dateFillers: set("ngày, tháng, năm, thứ, hai, ba, tư, sáu, bảy, chủ, nhật, mùng, mồng, vào, là, sinh, tôi"),
        hasDecimalComma: true)
}
