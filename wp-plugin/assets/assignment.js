/* Penugasan baru: sends the form, keeps what was typed, and goes on to the case. */
(function (wp, config) {
    'use strict';

    const text = config.strings;

    function setError(field, message) {
        const place = field.querySelector('.tayang-field-error');
        place.textContent = message;
        place.hidden = !message;
        const control = field.querySelector('input:not([type=hidden]), select, textarea');
        if (control) {
            control.setAttribute('aria-invalid', message ? 'true' : 'false');
        }
    }

    function option(value, label) {
        const made = document.createElement('option');
        made.value = value;
        made.textContent = label;
        return made;
    }

    /** Occasions and people belong to the chosen procedure. */
    function fitToProcedure(form) {
        const procedure = config.procedures[form.elements.procedure.value];
        const occasion = form.querySelector('[data-field=occasion]');
        occasion.hidden = !procedure.occasions.length;
        form.elements.occasion.replaceChildren(...procedure.occasions.map((one) => option(one.key, one.name)));
        form.elements.occasion.required = !occasion.hidden;
        const assignee = form.querySelector('[data-field=assignee]');
        assignee.hidden = !procedure.assigns;
        form.elements.assignee.replaceChildren(
            form.elements.assignee.options[0], ...procedure.people.map((one) => option(one.id, one.name)));
        if (procedure.people.length === 1) {
            form.elements.assignee.value = procedure.people[0].id;
        }
        form.querySelector('[data-role-name]').textContent = text.next_role.replace('%s', procedure.next_role);
    }

    /** The first field that is empty but needed, or null. */
    function firstMissing(form) {
        let first = null;
        form.querySelectorAll('.tayang-field').forEach((field) => {
            const control = field.querySelector('[required]');
            const missing = Boolean(control) && !field.hidden && !control.value.trim();
            setError(field, missing ? text.required : '');
            if (missing && !first) {
                first = control;
            }
        });
        return first;
    }

    function values(form) {
        const get = (name) => (form.elements[name] ? form.elements[name].value.trim() : '');
        const number = (name) => (get(name) ? Number(get(name)) : null);
        return {
            procedure: get('procedure'), title: get('activity'), activity: get('activity'),
            activity_date: get('activity_date'), place: get('place'), division: get('division'), number: get('number'),
            note: get('note'), occasion: get('occasion'), attachment_id: number('attachment_id'), assignee: number('assignee'),
        };
    }

    function showError(form, message) {
        const place = form.querySelector('.tayang-form-error');
        place.querySelector('p').textContent = message;
        place.hidden = !message;
        if (message) {
            place.scrollIntoView({ block: 'center' });
        }
    }

    function busy(form, on) {
        form.dataset.sending = on ? '1' : '';
        form.querySelector('[type=submit]').setAttribute('aria-disabled', on ? 'true' : 'false');
        form.querySelector('.spinner').classList.toggle('is-active', on);
    }

    async function send(event) {
        const form = event.target;
        event.preventDefault();
        if (form.dataset.sending) {
            return;
        }
        const missing = firstMissing(form);
        if (missing) {
            missing.focus();
            wp.a11y.speak(text.required, 'assertive');
            return;
        }
        busy(form, true);
        showError(form, '');
        wp.a11y.speak(text.sending);
        try {
            const answer = await wp.apiFetch({ path: '/tayang/v1/assignments', method: 'POST', data: values(form) });
            if (answer.notice) {
                // The case is open, but the first order was refused: the next page says why.
                window.sessionStorage.setItem('tayang-notice', answer.notice);
            }
            window.location.assign(config.case_url + answer.post_id);
        } catch (error) {
            busy(form, false);
            showError(form, error.message);
        }
    }

    function setScan(form, id, name) {
        form.elements.attachment_id.value = id;
        form.querySelector('.tayang-scan-name').textContent = name;
        form.querySelector('[data-scan-clear]').hidden = !id;
    }

    function enableScan(form) {
        const choose = form.querySelector('[data-scan-choose]');
        if (!choose || !wp.media) {
            return;
        }
        const frame = wp.media({ title: text.scan_title, button: { text: text.scan_button }, multiple: false });
        frame.on('select', () => {
            const file = frame.state().get('selection').first().toJSON();
            setScan(form, file.id, file.filename || file.title);
            choose.focus();
        });
        choose.addEventListener('click', () => frame.open());
        form.querySelector('[data-scan-clear]').addEventListener('click', () => setScan(form, '', ''));
    }

    wp.domReady(() => {
        const form = document.getElementById('tayang-assignment');
        if (!form) {
            return;
        }
        form.noValidate = true;
        form.addEventListener('submit', send);
        form.elements.procedure.addEventListener('change', () => fitToProcedure(form));
        fitToProcedure(form);
        enableScan(form);
    });
})(window.wp, window.tayangAssignment);
