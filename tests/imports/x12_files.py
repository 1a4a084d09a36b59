"""Generated X12 files: interchanges of every kind that is read, about few orders, mixed up and damaged by a seed.

The words and numbers are made up; what a segment looks like is that of tests/data/x12_buying.edi.
"""

import random

_UNITS = ("EA", "EA", "EA", "DZ", "CA", "CA", "PK", "IP", "SF")
_SIGNS = (("*", ">", "~"), ("*", ">", "~"), ("|", ":", "'"), ("*", "<", "\n"), ("^", "\\", "\r"), ("+", ":", "~\n"))
_DAMAGED = {"quantity": ("", "forty", "-1", "1e400"), "day": ("20261316", "soon", ""), "price": ("x", "", "free")}


class Made:
    """One file of a seed; its orders, articles and days are few, so that all of it meets."""

    def __init__(self, seed: object, orders: int = 4, *, faults: float = 0.04, packs: bool = True) -> None:
        self.dice = random.Random(str(seed))
        self._orders = orders
        self._faults = faults
        self._units = _UNITS if packs else ("EA", "DZ")  # what a pack holds may be told nowhere

    def file(self, transactions: int) -> str:
        """Interchanges with about so many transactions in all."""
        text, left = "", transactions
        while left > 0:
            count = self.dice.randrange(1, 7)
            left -= count
            text += self._interchange(count)
        return text

    def _interchange(self, count: int) -> str:
        dice = self.dice
        separator, component, end = dice.choice(_SIGNS)
        sent = f"202611{dice.randrange(1, 8):02}*{dice.choice(('0915', '1010', '160005'))}"
        lines = [f"ISA*00*          *00*          *ZZ*US       *ZZ*THEM  *261102*0915*U*00401*1*0*T*{component}"]
        lines.append(f"GS*PO*{dice.choice(('US', 'THEM'))}*OTHERS*{sent}*1*X*004010")
        for number in range(count):
            body = dice.choice((self._order, self._order, self._answer, self._notice, self._bill, self._report))()
            if dice.random() < 0.08:
                body = [f"ST*997*{number}", "AK1*PO*1"]
            body[0] += f"*{dice.randrange(1, 4):04}"
            stated = len(body) + 1
            if dice.random() < self._faults:
                del body[dice.randrange(1, len(body))]
            if dice.random() < self._faults / 2:
                lines += body  # its end is lost
            else:
                lines += [*body, f"SE*{stated}*{number:04}"]
        lines += [f"GE*{count}*1", "IEA*1*1"]
        text = end.join(line.replace("*", separator) for line in lines) + end
        if dice.random() < 0.1 and end == "~":
            text = text.replace("~", "~\r\n")
        return text.removesuffix(end) if dice.random() < 0.2 and end == "~" else text

    def _value(self, kind: str, good: str) -> str:
        return self.dice.choice(_DAMAGED[kind]) if self.dice.random() < self._faults / 2 else good

    def _day(self) -> str:
        return self._value("day", f"202612{self.dice.randrange(1, 29):02}")

    def _number(self) -> str:
        return f"PO-{self.dice.randrange(self._orders)}"

    def _supplier(self) -> str:
        which = self.dice.randrange(3)
        return self.dice.choice((f"N1*SU*Mill {which}*92*S-{which}", f"N1*SU*Mill {which}", f"N1*ST*Site*92*S-{which}"))

    def _item(self, name: str, number: int) -> list[str]:
        dice = self.dice
        quantity = self._value("quantity", str(dice.randrange(1, 50)))
        price = self._value("price", f"{dice.randrange(1, 999) / 10}")
        line = "" if dice.random() < 0.2 else str(number)
        basis = dice.choice(("", "", "", "PE", "HP"))
        found = [f"{name}*{line}*{quantity}*{dice.choice(self._units)}*{price}*{basis}*BP*A-{dice.randrange(5)}"]
        if dice.random() < 0.3:
            found.append(f"PO4*{dice.randrange(2, 13)}")
        if dice.random() < 0.3:
            found.append("PID*F****Mug> with\xa0handle")
        return found

    def _order(self) -> list[str]:
        dice = self.dice
        found = ["ST*850", f"BEG*{dice.choice(('00', '00', '05', '05', '01', '04'))}*SA*{self._number()}**20261102"]
        found += [self._supplier(), f"DTM*002*{self._day()}"]
        found += ["CUR*BY*USD"] * (dice.random() < 0.8)
        for number in range(dice.randrange(5)):
            found += self._item("PO1", number + 1)
            if dice.random() < 0.15:
                found += [f"SCH*{dice.randrange(1, 9)}*EA***002*{self._day()}" for _ in range(2)]
        return [*found, "CTT*1"]

    def _answer(self) -> list[str]:
        dice = self.dice
        found = ["ST*855", f"BAK*00*{dice.choice(('AC', 'AD', 'RJ'))}*{self._number()}*20261102*****20261103"]
        found.append(self._supplier())
        for number in range(dice.randrange(4)):
            found += self._item("PO1", number + 1)
            for _ in range(dice.randrange(3)):
                code = dice.choice(("IA", "IB", "IR"))
                found.append(f"ACK*{code}*{dice.randrange(1, 30)}*{dice.choice(self._units)}*067*{self._day()}")
        return found

    def _notice(self) -> list[str]:
        dice = self.dice
        found = ["ST*856", f"BSN*00*SN-{dice.randrange(6)}*20261110*1600*0001", "HL*1**S", "TD5*B*2*ABCF"]
        found += [f"REF*CN*PRO-{dice.randrange(4)}"] * (dice.random() < 0.7) + [f"DTM*011*{self._day()}"]
        for level in range(2, 2 + dice.randrange(1, 3)):
            found += [f"HL*{level}*1*O", f"PRF*{self._number()}"]
            for item in range(dice.randrange(3)):
                found += [f"HL*{level}0{item}*{level}*I", f"LIN*{item + 1}*BP*A-{dice.randrange(5)}"]
                found.append(f"SN1**{self._value('quantity', '7')}*{dice.choice(self._units)}")
        return found

    def _bill(self) -> list[str]:
        dice = self.dice
        kind = dice.choice(("DI", "CR"))
        found = ["ST*810", f"BIG*20261111*INV-{dice.randrange(6)}*20261102*{self._number()}***{kind}"]
        found += [self._supplier(), "CUR*SE*USD"]
        for number in range(dice.randrange(4)):
            found += self._item("IT1", number + 1)
            found += [f"SAC*C*D240***{dice.randrange(100, 900)}"] * (dice.random() < 0.4)
        found.append(f"TDS*{dice.randrange(1000, 99999)}")
        return [*found, "SAC*A*C310***500********Early", "TXI*ST*4.50"]

    def _report(self) -> list[str]:
        dice = self.dice
        found = ["ST*214", f"B10*{dice.randrange(9)}*SHIP-{dice.randrange(5)}*ABCF"]
        found += [f"L11*PRO-{dice.randrange(4)}*CN"] * (dice.random() < 0.7)
        for _ in range(dice.randrange(4)):
            found.append(f"AT7*{dice.choice(('AF', 'X4', 'D1', 'AG', 'QQ', ''))}*NS***{self._day()}*1815*ET")
            found.append("MS1*RENO*NV*US")
        return found


def damaged(text: str, dice: random.Random) -> str:
    """The text with harm that mail and editors do: cut, terminators lost, bytes doubled, spaces, a BOM."""
    for _ in range(dice.randrange(3)):
        place = dice.randrange(len(text))
        harm = dice.randrange(6)
        if harm == 0:
            text = text[:place]
        elif harm == 1:
            text = text[:place] + text[place + dice.randrange(1, 30) :]
        elif harm == 2:
            text = text.replace("~\n", "~").replace("~", "~\r\n")
            text = text.replace("~\r\n", "\r\n", dice.randrange(1, 4))
        elif harm == 3:
            text = text[:place] + dice.choice(("\ufeff", "\n", "  ", "\xa0", "~", "*", "ISA*", "ISA")) + text[place:]
        elif harm == 4:
            text = "\ufeff \n" + text
        else:
            text = text[:place] + text[place : place + 200] + text[place:]
        if not text:
            return "ISA*"
    return text
