import {RelationalModel} from "@web/model/relational_model/relational_model";

/** A case in the small form: what is missing turns red when it is left out, not before. */
class GateRecord extends RelationalModel.Record {
    _setData(...params) {
        super._setData(...params);
        this._invalidFields.clear();
        this._unsetRequiredFields.clear();
    }
}

export class GateModel extends RelationalModel {
    static Record = GateRecord;
}
