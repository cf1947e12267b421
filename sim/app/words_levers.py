"""What levers mean, their units and their rules, in Bahasa Indonesia; English is the policies' own."""

from __future__ import annotations

__all__ = ["MEANINGS", "RULES", "UNITS", "meaning_of", "rule_name", "unit_name"]

MEANINGS = {
    "Money of the programme in a calendar year": "Uang program dalam satu tahun kalender",
    "Places in one cohort; a cohort starts every quarter": "Tempat dalam satu angkatan; satu angkatan tiap triwulan",
    "How firms are selected among those that apply": "Cara memilih IKM di antara yang mendaftar",
    "Meetings a year at which every store looks at local firms": "Temu bisnis setahun, saat setiap toko menilai IKM lokal",
    "Share of the listing fee that the programme pays": "Bagian biaya pencantuman (listing) yang dibayar program",
    "Further places at each store that only local firms may hold": "Tempat tambahan di setiap toko khusus IKM lokal",
    "Share of the mills' steel for small firms offered to local firms first": "Bagian jatah baja untuk IKM yang lebih "
    "dahulu ditawarkan kepada IKM lokal",
    "Share of free partner slots offered to local firms first": "Bagian tempat kemitraan kosong yang lebih dahulu "
    "ditawarkan kepada IKM lokal",
    "Firms that may begin to qualify in a year, a part each quarter": "IKM yang boleh mulai kualifikasi dalam setahun, "
    "sebagian tiap triwulan",
    "Large-industry buyers that may list a firm when it has qualified": "Pembeli industri besar yang boleh mencantumkan "
    "IKM setelah lolos kualifikasi",
    "Share of the city's purchases reserved for listed small firms": "Bagian pengadaan kota khusus untuk IKM terdaftar",
    "How much dearer a certified small firm may be than imports": "Berapa lebih mahal IKM bersertifikat boleh dibanding "
    "impor (preferensi harga TKDN)",
    "How much dearer a local firm may be than an outside one": "Berapa lebih mahal IKM lokal boleh dibanding dari luar",
    "Months within which the city has to pay": "Batas waktu pembayaran oleh kota, dalam bulan",
    "Part of the city's late payments that come on time instead": "Bagian pembayaran kota yang terlambat menjadi tepat "
    "waktu",
    "How far purchases are spread evenly over the year; 1 is the same every month": "Seberapa rata pengadaan sepanjang "
    "tahun; 1 berarti sama tiap bulan",
    "Share of the mills' output added to what they offer to small firms": "Bagian produksi pabrik yang ditambahkan pada "
    "jatah IKM",
    "Firms whose papers the office takes in hand at the end of a quarter": "IKM yang dokumennya diuruskan dinas pada akhir triwulan",
    "Whether firms are coached in small groups or one by one": "IKM dibina dalam kelompok kecil atau satu per satu",
    "Firms coached at the same time; rounds begin at the end of each quarter": "IKM yang dibina bersamaan; putaran dimulai pada akhir tiap triwulan",
    "Months for which a firm is coached": "Lama pembinaan satu IKM, dalam bulan",
    "New clients that the programme takes at most, every quarter": "Nasabah baru paling banyak tiap triwulan",
    "Most that a client may owe on guaranteed loans": "Utang terbesar seorang nasabah atas kredit bergaransi",
    "Part of the lenders' interest on these loans that the budget pays": "Bagian bunga kredit ini yang dibayar anggaran (subsidi bunga)",
    "Part of what buyers owe that a client may turn into cash each month": "Bagian piutang yang boleh diuangkan nasabah tiap bulan (pembiayaan faktur)",
    "Whether machines are granted, or partly paid back to who bought them": "Mesin dihibahkan, atau sebagian harganya diganti kepada pembelinya",
    "Price of the machines granted to a firm, or most that is paid back to it": "Harga mesin yang dihibahkan kepada satu IKM, atau penggantian paling banyak",
    "Part of the price that is paid back; unused when machines are granted": "Bagian harga yang diganti; tidak dipakai bila mesin dihibahkan",
    "Firms that get a catalogue and a brand at the end of a quarter": "IKM yang mendapat katalog dan merek pada akhir triwulan",
    "Fairs in a year at which the programme rents stalls": "Pameran setahun dengan stan sewaan program",
    "Local firms with a stall at each fair": "IKM lokal yang mendapat stan di tiap pameran",
    "Members the cooperative takes at most": "Anggota koperasi paling banyak",
    "Margin of the cooperative on goods that members deliver for one another": "Marjin koperasi atas barang yang saling dikirimkan anggota",
    "Part of their spare capacity that members pledge to joint offers": "Bagian kapasitas longgar yang dijanjikan anggota untuk penawaran bersama",
    "Part of the fines for short deliveries that all members carry alike": "Bagian denda kekurangan kirim yang ditanggung bersama",
    "Members the centre takes at most": "Anggota pusat bahan baku paling banyak",
    "Working capital paid into the centre, as money comes in": "Modal kerja yang disetor ke pusat, sesuai uang masuk",
    "Fee on the value of members' steel, at the mill's price": "Biaya atas nilai baja anggota, menurut harga pabrik",
    "Applications that the programme sends in at the end of a quarter": "Permohonan yang diajukan program pada akhir triwulan",
}
UNITS = {
    "jt/year": "jt/tahun",
    "jt/firm": "jt/IKM",
    "jt/month": "jt/bulan",
    "firms": "IKM",
    "share": "bagian",
    "places": "tempat",
    "meetings/year": "temu bisnis/tahun",
    "buyers": "pembeli",
    "months": "bulan",
    "years": "tahun",
    "fairs/year": "pameran/tahun",
    "jt": "jt",
}
RULES = {
    "first come": "siapa cepat",
    "lottery": "undian",
    "neediest": "paling membutuhkan",
    "most promising": "paling menjanjikan",
    "staged cohorts": "angkatan bertahap",
    "by constraint": "menurut kendala",
    "group": "kelompok",
    "individual": "perorangan",
    "grant": "hibah",
    "reimbursement": "penggantian biaya",
}


def meaning_of(english: str, language: str) -> tuple[str, str]:
    """Return a lever's meaning, and the language it is in: English where no translation is written."""
    if language == "id" and english in MEANINGS:
        return MEANINGS[english], "id"
    return english, "en"


def unit_name(unit: str, language: str) -> str:
    """Return a lever's unit."""
    return UNITS.get(unit, unit) if language == "id" else unit


def rule_name(rule: str, language: str) -> str:
    """Return what one option of a lever is called."""
    return RULES.get(rule, rule) if language == "id" else rule
