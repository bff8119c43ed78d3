import {expect, test} from "@odoo/hoot";
import {countFromOne} from "@aftersales_case/intake/import_list/import_list.esm";

test("rows of a list are counted below its titles, whatever the mistake is about", () => {
    const messages = [
        {record: 0, message: "in the first row"},
        {message: "in the whole list"},
    ];
    expect(countFromOne(messages)).toEqual([
        {record: 1, message: "in the first row"},
        {message: "in the whole list"},
    ]);
    expect(messages[0].record).toBe(0);
});
