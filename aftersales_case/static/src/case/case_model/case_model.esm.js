import {MOVED, SAVED, getGate, passGate} from "../../gate/gate.esm";
import {RelationalModel} from "@web/model/relational_model/relational_model";
import {markRaw} from "@odoo/owl";
import {omit} from "@web/core/utils/objects";

/** A case whose refused move waits for the small form instead of being undone. */
export class CaseRecord extends RelationalModel.Record {
    _save(options = {}) {
        const onError = async (error, actions) => {
            const gate = getGate(error);
            if (gate && gate.cases.some(({id}) => id === this.resId)) {
                return this._passGate(gate, options);
            }
            if (options.onError) {
                return options.onError(error, actions);
            }
            if (!this.isInEdition) {
                await this._load({});
            }
            throw error;
        };
        return super._save({...options, onError});
    }

    async _passGate(gate, {nextId}) {
        const changes = this._getChanges();
        let cases = gate.cases;
        if ("type_id" in changes) {
            // The small form shows the saved case, so it knows no field of the new type.
            cases = cases.map((item) => ({...item, can_fill: false}));
        }
        const outcomes = await passGate(
            this.model.env,
            {...gate, cases},
            {[this.resId]: changes}
        );
        const outcome = outcomes[this.resId];
        if (outcome === MOVED) {
            await this.model.hooks.onRecordSaved(this, changes);
            if (nextId) {
                await this.model.load({resId: nextId});
                return true;
            }
        }
        if (outcome === MOVED || outcome === SAVED || !this.isInEdition) {
            await this._load({});
        } else {
            await this._restoreStage(changes);
        }
        return outcome === MOVED;
    }

    /** Take back the move, and nothing else of what the user has changed. */
    async _restoreStage(changes) {
        if (!Object.keys(omit(changes, "stage_id")).length) {
            this._discard();
            return;
        }
        await this._update({stage_id: this._values.stage_id});
        this._changes = markRaw(omit(this._changes, "stage_id"));
    }
}

/**
 * @param {Function} List a list of core
 * @returns {Function} the list, whose multi-edit asks for what refused cases lack
 */
function withGate(List) {
    return class extends List {
        async _multiSave(record, changes) {
            try {
                return await super._multiSave(record, changes);
            } catch (error) {
                const gate = getGate(error);
                if (!gate) {
                    throw error;
                }
                await passGate(this.model.env, gate);
                await this._moveOthers(gate, changes);
                await this.model.load();
                return true;
            }
        }

        /** The server undid the whole move, so repeat it for those that lack nothing. */
        async _moveOthers({ready}, changes) {
            if (Object.keys(changes).join() !== "stage_id") {
                return;
            }
            for (const {ids, stage_id} of ready) {
                const {resModel, context} = this;
                await this.model.orm.write(resModel, ids, {stage_id}, {context});
            }
        }
    };
}

export class CaseModel extends RelationalModel {
    static Record = CaseRecord;
    static DynamicRecordList = withGate(RelationalModel.DynamicRecordList);
    static DynamicGroupList = withGate(RelationalModel.DynamicGroupList);
}
