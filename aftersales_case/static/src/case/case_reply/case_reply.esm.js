import {MailComposerTemplateSelector} from "@mail/core/web/mail_composer_template_selector";
import {patch} from "@web/core/utils/patch";

/** On a case the composer offers the answers of its type. */
patch(MailComposerTemplateSelector.prototype, {
    async fetchTemplates() {
        const {render_model, res_ids} = this.props.record.data;
        if (render_model !== "aftersales.case" || !res_ids) {
            return super.fetchTemplates();
        }
        this.state.templates = await this.orm.call(
            render_model,
            "get_reply_templates",
            [JSON.parse(res_ids)]
        );
    },
});
