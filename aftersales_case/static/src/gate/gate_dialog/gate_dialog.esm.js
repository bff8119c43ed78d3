import {FormViewDialog} from "@web/views/view_dialogs/form_view_dialog";

/** The small form with exactly what a refused move lacks. */
export class GateDialog extends FormViewDialog {
    static defaultProps = {
        ...FormViewDialog.defaultProps,
        canExpand: false,
        size: "md",
    };

    setup() {
        super.setup();
        this.viewProps.buttonTemplate = "aftersales_case.GateDialog.buttons";
    }
}
