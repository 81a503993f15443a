<?php

use Tayang\Capabilities;
use Tayang\Case_Mirror;
use Tayang\Pairing;
use Tayang\Robot;
use Tayang\Settings;
use Tayang\Ui\Office;
use Tayang\Ui\Settings_Page;

/** What the settings page stores, who sees what by it, and pairing by one code. */
final class SettingsTest extends TayangTestCase
{
    private const CODE_PARTS = ['u' => 'http://127.0.0.1:9', 's' => 'jember', 't' => 'sekali-pakai'];

    /** @var array{int, array<string, mixed>} What the stand-in sidecar answers. */
    private array $answer = [200, []];

    /** WordPress's own seam for HTTP. */
    public function stand_in(mixed $before, array $args, string $url): array
    {
        $this->calls[] = ['path' => (string) parse_url($url, PHP_URL_PATH), 'body' => (array) json_decode((string) $args['body'], true)];
        [$status, $body] = str_ends_with($url, '/api/v1/pair') ? $this->answer : [404, ['code' => 'no_sop']];
        return ['headers' => [], 'cookies' => [], 'filename' => null, 'body' => (string) json_encode($body), 'response' => ['code' => $status, 'message' => '']];
    }

    private static function code(array $parts = self::CODE_PARTS): string
    {
        return 'tayang1.' . rtrim(strtr(base64_encode((string) json_encode($parts)), '+/', '-_'), '=');
    }

    public function testEachFormKeepsWhatTheOtherOneStores(): void
    {
        $page = new Settings_Page();
        update_option(Settings::OPTION, ['sidecar_url' => 'http://127.0.0.1:9', 'site_id' => 'jember', 'secrets' => [self::SECRET]]);
        update_option(Settings::OPTION, $page->sanitize(['governed_types' => ['', 'page'], 'visibility' => 'own',
            'viewer_roles' => ['', 'editor', 'administrator'], 'divisions' => " Divisi A \r\nDivisi B\nDivisi A\n\n"]));
        $settings = self::plugin()->settings;
        self::assertSame(['http://127.0.0.1:9', 'jember', [self::SECRET]], [$settings->sidecar_url(), $settings->site_id(), $settings->secrets()]);
        self::assertSame([['page'], 'own', ['editor'], ['Divisi A', 'Divisi B']], [$settings->governed_types(), $settings->visibility(),
            $settings->viewer_roles(), $settings->divisions()]);
        self::assertContains('page', self::plugin()->sop->governed_types());
        update_option(Settings::OPTION, $page->sanitize(['sidecar_url' => 'https://lain.example', 'site_id' => 'lain', 'secrets' => '']));
        self::assertSame([['page'], 'lain', [self::SECRET]], [$settings->governed_types(), $settings->site_id(), $settings->secrets()]);
        update_option(Settings::OPTION, $page->sanitize(['governed_types' => [''], 'divisions' => '']));
        self::assertSame([], $settings->governed_types());
        self::assertCount(5, $settings->divisions(), 'those of every KPU office');
    }

    public function testAWrongSecretKeepsTheOldOne(): void
    {
        update_option(Settings::OPTION, ['secrets' => [self::SECRET]]);
        self::assertSame([self::SECRET], (new Settings_Page())->sanitize(['secrets' => "whsec_!!!"])['secrets']);
    }

    public function testWhoSeesWhat(): void
    {
        $mine = $this->make_case(2, 'author');
        $other = $this->make_case(2, 'contributor');
        $me = $this->user('author');
        $GLOBALS['wpdb']->update($GLOBALS['wpdb']->posts, ['post_author' => 1], ['ID' => $other]);
        clean_post_cache($other);
        update_user_meta($me, 'tayang_roles', ['penyusun']);
        wp_set_current_user($me);
        self::assertTrue(user_can($me, 'tayang_see_case', $other));
        self::assertSame('all', Office::scope());

        update_option(Settings::OPTION, ['visibility' => 'own']);
        self::assertSame('own', Office::scope());
        self::assertTrue(user_can($me, 'tayang_see_case', $mine));
        self::assertFalse(user_can($me, 'tayang_see_case', $other));
        self::assertSame(403, $this->rest('GET', "/wp/v2/posts/$other", ['context' => 'edit'], 'author')->get_status());
        self::assertSame(200, $this->rest('GET', "/wp/v2/posts/$mine", ['context' => 'edit'], 'author')->get_status());
        self::assertSame(403, $this->rest('GET', "/tayang/v1/posts/$other/panel", [], 'author')->get_status());
        self::assertTrue(user_can($this->user('admin'), 'tayang_see_case', $other));
        // The step moves on to somebody else: whoever acted in it still sees the case.
        self::plugin()->cases->apply(self::mirror($mine, 3, [], 4));
        self::assertTrue(user_can($me, 'tayang_see_case', $mine));
    }

    public function testViewersLookAndDoNothing(): void
    {
        $id = $this->make_case(3);
        $editor = $this->user('editor');
        delete_user_meta($editor, Capabilities::META);
        self::assertFalse(user_can($editor, 'tayang_see_case', $id));
        update_option(Settings::OPTION, ['viewer_roles' => ['editor']]);
        self::assertTrue(user_can($editor, 'tayang_see_case', $id));
        self::assertTrue(user_can($editor, 'tayang_see_cases'));
        self::assertFalse(user_can($this->user('author'), 'tayang_see_case', $id));
        self::assertFalse(Case_Mirror::may_edit(self::plugin()->cases->get($id), $editor));
        self::assertSame(403, $this->rest('POST', "/wp/v2/posts/$id", ['title' => 'x'], 'editor')->get_status());
    }

    public function testPairingMakesTheRobotAndKeepsTheSecret(): void
    {
        add_filter('pre_http_request', [$this, 'stand_in'], 10, 3);
        wp_delete_user($this->user('robot'));
        $this->answer = [200, ['site_id' => 'jember', 'name' => 'KPU Kabupaten Jember', 'secrets' => [self::SECRET], 'protocol' => 1]];
        update_option(Settings::OPTION, ['visibility' => 'own']);
        self::assertSame('KPU Kabupaten Jember', Pairing::connect(chunk_split(self::code(), 30, "\n ")));
        $robot = Robot::find();
        self::assertSame(['tayang', [Capabilities::ROBOT]], [$robot->user_login, $robot->roles]);
        $body = $this->calls[0]['body'];
        self::assertSame(['sekali-pakai', 'jember', home_url(), 'tayang', 1], [$body['token'], $body['site_id'], $body['wordpress_url'],
            $body['robot_login'], $body['protocol']]);
        $passwords = WP_Application_Passwords::get_user_application_passwords($robot->ID);
        self::assertCount(1, $passwords);
        add_filter('application_password_is_api_request', '__return_true');
        $entered = wp_authenticate_application_password(null, 'tayang', $body['robot_password']);
        remove_filter('application_password_is_api_request', '__return_true');
        self::assertInstanceOf(WP_User::class, $entered);
        $settings = self::plugin()->settings;
        self::assertSame(['http://127.0.0.1:9', 'jember', [self::SECRET], 'own'], [$settings->sidecar_url(), $settings->site_id(),
            $settings->secrets(), $settings->visibility()]);
    }

    public function testPairingAgainUsesTheSameRobotAndRevokesItsOldPassword(): void
    {
        add_filter('pre_http_request', [$this, 'stand_in'], 10, 3);
        $robot = $this->user('robot');
        $before = WP_Application_Passwords::get_user_application_passwords($robot);
        $this->answer = [410, ['code' => 'pairing_over', 'detail' => 'Kode ini tidak berlaku lagi.']];
        $refused = Pairing::connect(self::code());
        self::assertSame('Kode ini tidak berlaku lagi.', $refused->get_error_message());
        self::assertSame($before, WP_Application_Passwords::get_user_application_passwords($robot), 'what was made for nothing is gone');
        $this->answer = [200, ['site_id' => 'jember', 'name' => 'x', 'secrets' => [self::SECRET], 'protocol' => 1]];
        self::assertSame('x', Pairing::connect(self::code()));
        $after = WP_Application_Passwords::get_user_application_passwords($robot);
        self::assertCount(1, $after);
        self::assertNotContains(reset($after)['uuid'], array_column($before, 'uuid'));
    }

    /** @dataProvider bad_codes */
    public function testABadCodeIsNamedAndCallsNobody(string $code): void
    {
        add_filter('pre_http_request', [$this, 'stand_in'], 10, 3);
        self::assertSame('tayang_bad_code', Pairing::connect($code)->get_error_code());
        self::assertSame([], $this->calls);
    }

    public static function bad_codes(): array
    {
        return [
            'nothing' => [''], 'something' => ['halo'], 'another form' => ['tayang2.' . substr(self::code(), 8)],
            'cut short' => [substr(self::code(), 0, 40)], 'no secret' => [self::code(['t' => ''] + self::CODE_PARTS)],
            'no address of a server' => [self::code(['u' => 'file:///etc/passwd'] + self::CODE_PARTS)],
            'lists for words' => [self::code(['t' => ['x']] + self::CODE_PARTS)],
        ];
    }

    public function testWithoutApplicationPasswordsItSaysWhyAndHow(): void
    {
        add_filter('pre_http_request', [$this, 'stand_in'], 10, 3);
        add_filter('wp_is_application_passwords_available', '__return_false');
        $refused = Pairing::connect(self::code());
        remove_filter('wp_is_application_passwords_available', '__return_false');
        self::assertSame('tayang_no_app_passwords', $refused->get_error_code());
        self::assertStringContainsString('wp_is_application_passwords_available', $refused->get_error_message());
        self::assertSame([], $this->calls, 'the code stays good');
    }

    public function testAnotherProtocolIsNotConnected(): void
    {
        add_filter('pre_http_request', [$this, 'stand_in'], 10, 3);
        $this->answer = [200, ['site_id' => 'jember', 'name' => 'x', 'secrets' => [self::SECRET], 'protocol' => 2]];
        self::assertSame('tayang_not_paired', Pairing::connect(self::code())->get_error_code());
        self::assertSame('', self::plugin()->settings->site_id());
    }
}
