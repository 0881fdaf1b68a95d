package conformance

import "strings"

// Texts are what both sides analyse.
func Texts() []string {
	texts := []string{
		"", " ", "The quick brown Fox, jumped.", "it's its' IT'S cook’s cook＇s 's s'", "don't o'clock rock'n'roll",
		"U.S.A. F.B.I. 3.14 2,71 1,000.5 v1.2.3-rc.4 100%", "snake_case _lead trail_ __ a_1", "foo@bar.org http://a.b/c?d=e#f AC/DC",
		"Łódź Øresund Straße Ærøskøbing İstanbul ıI ΣΊΣΥΦΟΣ", "Ёлка и Й", "東京の電車 カタカナ ｶﾅ ひらがな", "한국어 영화 기생충",
		"สถานีกลางคืน ภาษาไทย", "नमस्ते दुनिया", "שלום ל״ג בעומר", "مرحبا بالعالم ٣٫١٤", "½ ² ³ ⅓ ① Ⅷ Ⓐ ™ © ®",
		"😀👍🏽 ❤️ 👩‍👩‍👧 🇫🇷🇩🇪🇪 1️⃣ #️⃣ 🏴", "a\u00adb c\u200bd e\u2060f g\ufeffh", "e\u0301clair cafe\u0301",
		"𐐀𐐁 𝔸𝔹 𠀀𠀁", strings.Repeat("x", 254), strings.Repeat("x", 256), strings.Repeat("ab'", 200), strings.Repeat("é", 600),
		"running runs ran runner easily fairly relational conditional rationalize hopefulness",
		"caresses ponies ties caress cats feed agreed plastered motoring sing conflated troubled sized hopping tanned falling hissing fizzed failing filing happy sky",
		"triplicate formative formalize electriciti electrical hopeful goodness revival allowance inference airliner gyroscopic adjustable defensible irritant replacement adjustment dependent adoption homologou communism activate angulariti homologous effective bowdlerize probate rate cease controll roll",
		"ies sses eed eeds bli logi archaeology apology possibly abli", "yy y ay say boy dying lying flies fly",
	}
	return append(texts, written()...)
}
