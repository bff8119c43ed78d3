import {ImportAction} from "@base_import/import_action/import_action";
import {BaseImportModel} from "@base_import/import_model";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";

const CASE = "aftersales.case";

/**
 * A list of cases says which of its rows were imported before, and names files: they are
 * uploaded when they are chosen, and found by their names on the server.
 */
patch(BaseImportModel.prototype, {
    async executeImport(isTest) {
        this.skippedRows = 0;
        const result = await super.executeImport(...arguments);
        if (this.skippedRows) {
            this.tellSkippedRows(isTest);
        }
        return result;
    },

    async _callImport() {
        const result = await super._callImport(...arguments);
        this.skippedRows += result.skipped || 0;
        return result;
    },

    _handleImportErrors(messages, name) {
        const told = this.resModel === CASE ? countFromOne(messages) : messages;
        return super._handleImportErrors(told, name);
    },

    tellSkippedRows(isTest) {
        const message = _t(
            "Rows left out, because their cases were imported before: %s",
            this.skippedRows
        );
        this._addMessage("info", [message]);
        if (!isTest) {
            // The page of the import is left when it is done.
            this.notificationService.add(message, {type: "info", sticky: true});
        }
    },

    onBinaryFilesParamsChanged(parameterName) {
        const result = super.onBinaryFilesParamsChanged(...arguments);
        if (parameterName === "binaryFiles" && this.resModel === CASE) {
            return this.uploadNamedFiles(
                Object.values(this.binaryFilesParams.binaryFiles.value)
            );
        }
        return result;
    },

    async uploadNamedFiles(files) {
        this.block(_t("Uploading files..."));
        try {
            for (const file of files) {
                const datas = await readContent(file);
                await this.orm.create("ir.attachment", [{name: file.name, datas}]);
            }
        } finally {
            this.unblock();
        }
    },
});

patch(ImportAction.prototype, {
    get hasBinaryFields() {
        return (
            super.hasBinaryFields ||
            (this.resModel === CASE &&
                this.model.columns.some(
                    (column) => column.fieldInfo?.fieldPath === "file_ids"
                ))
        );
    },
});

/** Core names the row of an error without a column from 0, all others from 1. */
export function countFromOne(messages) {
    return messages.map((message) =>
        Number.isInteger(message.record)
            ? {...message, record: message.record + 1}
            : message
    );
}

function readContent(file) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onerror = () => reject(reader.error);
        reader.onload = () => resolve(reader.result.split(",")[1]);
        reader.readAsDataURL(file);
    });
}
