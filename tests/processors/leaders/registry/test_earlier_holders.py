"""Who held office on given days of 1945 to 1989."""

from datetime import date

import pytest

from processors.leaders.registry.lookup import terms_in
from processors.leaders.registry.registry import load_registry

REGISTRY = load_registry()

HOLDERS = [
    ("US", "president", "1945-04-01", "Franklin D. Roosevelt"),
    ("US", "president", "1945-08-06", "Harry S. Truman"),
    ("US", "president", "1956-11-06", "Dwight D. Eisenhower"),
    ("US", "president", "1963-11-21", "John F. Kennedy"),
    ("US", "president", "1974-08-08", "Richard Nixon"),
    ("US", "president", "1987-10-19", "Ronald Reagan"),
    ("GB", "prime-minister", "1945-07-20", "Winston Churchill"),
    ("GB", "prime-minister", "1956-10-31", "Anthony Eden"),
    ("GB", "prime-minister", "1974-02-15", "Edward Heath"),
    ("GB", "monarch", "1951-05-01", "King George VI"),
    ("FR", "prime-minister", "1954-07-20", "Pierre Mendès France"),
    ("FR", "prime-minister", "1987-06-01", "Jacques Chirac"),
    ("FR", "president", "1968-05-20", "Charles de Gaulle"),
    ("DE", "chancellor", "1972-05-01", "Willy Brandt"),
    ("DD", "general-secretary", "1987-09-07", "Erich Honecker"),
    ("IT", "prime-minister", "1978-03-16", "Giulio Andreotti"),
    ("IT", "prime-minister", "1987-06-01", "Amintore Fanfani"),
    ("IT", "prime-minister", "1987-09-01", "Giovanni Goria"),
    ("JP", "prime-minister", "1964-11-20", "Eisaku Sato"),
    ("JP", "prime-minister", "1987-10-01", "Yasuhiro Nakasone"),
    ("JP", "monarch", "1975-01-01", "Hirohito"),
    ("SU", "general-secretary", "1962-10-22", "Nikita Khrushchev"),
    ("SU", "general-secretary", "1984-01-15", "Yuri Andropov"),
    ("SU", "prime-minister", "1970-01-01", "Alexei Kosygin"),
    ("CN", "prime-minister", "1972-02-21", "Zhou Enlai"),
    ("CN", "prime-minister", "1987-03-01", "Zhao Ziyang"),
    ("CN", "general-secretary", "1986-12-01", "Hu Yaobang"),
    ("TW", "president", "1971-10-25", "Chiang Kai-shek"),
    ("IN", "prime-minister", "1962-10-20", "Jawaharlal Nehru"),
    ("IN", "prime-minister", "1984-10-30", "Indira Gandhi"),
    ("IN", "prime-minister", "1987-07-29", "Rajiv Gandhi"),
    ("PK", "prime-minister", "1987-01-01", "Muhammad Khan Junejo"),
    ("PK", "president", "1988-08-16", "Muhammad Zia-ul-Haq"),
    ("BD", "president", "1975-08-14", "Mujibur Rahman"),
    ("LK", "president", "1987-07-29", "Junius Richard Jayewardene"),
    ("ID", "president", "1955-04-18", "Sukarno"),
    ("PH", "president", "1983-08-21", "Ferdinand Marcos"),
    ("KR", "president", "1979-10-25", "Park Chung-hee"),
    ("KR", "president", "1987-06-29", "Chun Doo-hwan"),
    ("VS", "president", "1963-10-31", "Ngô Đình Diệm"),
    ("VN", "president", "1968-01-31", "Ho Chi Minh"),
    ("KH", "prime-minister", "1977-06-01", "Pol Pot"),
    ("MM", "president", "1975-01-01", "Ne Win"),
    ("IR", "prime-minister", "1953-08-18", "Mohammad Mossadegh"),
    ("IR", "prime-minister", "1987-07-20", "Mir-Hossein Mousavi"),
    ("IR", "supreme-leader", "1988-07-20", "Ruhollah Khomeini"),
    ("IR", "monarch", "1978-12-01", "Mohammad Reza Pahlavi"),
    ("EG", "president", "1967-06-05", "Gamal Abdel Nasser"),
    ("EG", "president", "1981-10-05", "Anwar Sadat"),
    ("IL", "prime-minister", "1948-06-01", "David Ben-Gurion"),
    ("IL", "prime-minister", "1973-10-06", "Golda Meir"),
    ("IL", "prime-minister", "1985-06-01", "Shimon Peres"),
    ("LB", "president", "1987-06-01", "Amin Gemayel"),
    ("SA", "monarch", "1973-10-17", "King Faisal"),
    ("TR", "prime-minister", "1974-07-20", "Bülent Ecevit"),
    ("TR", "president", "1987-01-01", "Kenan Evren"),
    ("TR", "prime-minister", "1987-01-01", "Turgut Özal"),
    ("GR", "prime-minister", "1987-03-27", "Andreas Papandreou"),
    ("ES", "prime-minister", "1981-02-20", "Adolfo Suárez"),
    ("PT", "prime-minister", "1961-01-01", "António de Oliveira Salazar"),
    ("PL", "general-secretary", "1980-08-31", "Edward Gierek"),
    ("CS", "general-secretary", "1968-08-20", "Alexander Dubček"),
    ("HU", "prime-minister", "1956-11-01", "Imre Nagy"),
    ("RO", "president", "1987-11-15", "Nicolae Ceaușescu"),
    ("BG", "general-secretary", "1987-01-01", "Todor Zhivkov"),
    ("YU", "president", "1968-06-01", "Josip Broz Tito"),
    ("SE", "prime-minister", "1986-02-27", "Olof Palme"),
    ("FI", "president", "1975-08-01", "Urho Kekkonen"),
    ("NO", "prime-minister", "1981-06-01", "Gro Harlem Brundtland"),
    ("BR", "president", "1960-04-21", "Juscelino Kubitschek"),
    ("BR", "president", "1984-01-01", "João Figueiredo"),
    ("AR", "president", "1952-07-26", "Juan Perón"),
    ("AR", "president", "1982-04-02", "Leopoldo Galtieri"),
    ("AR", "president", "1987-04-19", "Raúl Alfonsín"),
    ("CL", "president", "1973-09-10", "Salvador Allende"),
    ("CU", "president", "1958-12-31", "Fulgencio Batista"),
    ("MX", "president", "1968-10-02", "Gustavo Díaz Ordaz"),
    ("MX", "president", "1987-10-01", "Miguel de la Madrid"),
    ("NI", "president", "1978-08-22", "Anastasio Somoza Debayle"),
    ("CA", "prime-minister", "1970-10-16", "Pierre Trudeau"),
    ("AU", "prime-minister", "1975-11-10", "Gough Whitlam"),
    ("NZ", "prime-minister", "1985-07-10", "David Lange"),
    ("ZA", "prime-minister", "1960-03-21", "Hendrik Verwoerd"),
    ("ZA", "president", "1987-05-06", "P. W. Botha"),
    ("ZW", "prime-minister", "1970-01-01", "Ian Smith"),
    ("GH", "president", "1965-01-01", "Kwame Nkrumah"),
    ("NG", "president", "1968-01-01", "Yakubu Gowon"),
    ("ET", "monarch", "1963-05-25", "Haile Selassie"),
    ("UG", "president", "1976-07-04", "Idi Amin"),
    ("TZ", "president", "1979-01-01", "Julius Nyerere"),
    ("KE", "president", "1970-01-01", "Jomo Kenyatta"),
    ("CD", "prime-minister", "1960-07-15", "Patrice Lumumba"),
    ("TN", "president", "1987-11-06", "Habib Bourguiba"),
    ("LY", "monarch", "1969-08-31", "King Idris"),
    ("UN", "secretary-general", "1961-09-17", "Dag Hammarskjöld"),
    ("UN", "secretary-general", "1979-01-01", "Kurt Waldheim"),
    ("VA", "pope", "1962-10-11", "Pope John XXIII"),
    ("NATO", "secretary-general", "1987-01-01", "Lord Carrington"),
    ("EU-COM", "commission-president", "1965-01-01", "Walter Hallstein"),
]


@pytest.mark.parametrize(("country", "office", "on", "name"), HOLDERS)
def test_the_registry_knows_who_held_an_office_of_the_past(
    country: str, office: str, on: str, name: str
) -> None:
    held = [
        REGISTRY.people[term.person_id].name
        for term in terms_in(REGISTRY, country, date.fromisoformat(on))
        if term.office == office
    ]
    assert held == [name]


@pytest.mark.parametrize(
    ("country", "on", "expected"),
    [
        ("DD", "1989-01-01", "Erich Honecker"),
        ("PL", "1987-01-01", "Wojciech Jaruzelski"),
        ("PL", "1991-06-01", "Lech Wałęsa"),
    ],
)
def test_people_who_led_by_party_have_one_id(country: str, on: str, expected: str) -> None:
    found = {
        REGISTRY.people[term.person_id].name
        for term in terms_in(REGISTRY, country, date.fromisoformat(on))
    }
    assert expected in found
